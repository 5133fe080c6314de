// SPDX-License-Identifier: Apache-2.0
// A walk over the settings that `names metrics` marks in declarations.
#include "compiler/check/metric_names.h"

#include "compiler/check/decode.h"
#include "compiler/regex/dfa.h"

namespace whittle::check {

bool MetricNameUse::matches(std::string_view name) const {
  if (!regexp) return value->text == name;
  if (tables == nullptr || tables->next.empty()) return true;  // too large for a table: do not guess
  uint32_t state = tables->start;
  auto done = [&] { return tables->accept_all != 0 && state == tables->accept_all; };
  for (char c : name) {
    if (done()) return true;
    if (state == 0) return false;
    state = tables->next[state * tables->classes + tables->byte_class[static_cast<unsigned char>(c)]];
  }
  if (done()) return true;
  state = tables->next[state * tables->classes + tables->classes - 1];
  return done();
}

namespace {

void add(const Value& v, bool regexp, std::vector<MetricNameUse>& out) {
  if (v.late || v.wrong || !v.span) return;
  MetricNameUse use;
  use.value = &v;
  use.regexp = regexp;
  if (regexp) {
    auto compiled = regex::compile(v.text);
    if (compiled) use.tables = std::make_shared<const regex::Tables>(std::move(*compiled));
  }
  out.push_back(std::move(use));
}

// The texts of one setting that `names metrics`, among the settings of `scope`.
void setting(const schema::Setting& s, const Value& v, const Value& scope, std::vector<MetricNameUse>& out) {
  const schema::Type& text = v.type->kind == schema::TypeKind::List ? *v.type->element : *v.type;
  Truth regexp = text.kind == schema::TypeKind::Regexp ? Truth::True
                 : s.patterns == nullptr               ? Truth::False
                                                       : evaluate(*s.patterns, scope);
  if (regexp == Truth::Unknown || v.wrong) return;
  if (v.type->kind != schema::TypeKind::List) {
    if (!v.text.empty()) add(v, regexp == Truth::True, out);
    return;
  }
  for (const Value& item : v.items) add(item, regexp == Truth::True, out);
}

void walk(const Value& v, std::vector<MetricNameUse>& out) {
  for (size_t i = 0; i < v.items.size(); ++i) {
    const Value& item = v.items[i];
    if (v.type->kind == schema::TypeKind::Struct && v.type->fields->settings[i].names_metrics)
      setting(v.type->fields->settings[i], item, v, out);
    else walk(item, out);
  }
}

}  // namespace

std::vector<MetricNameUse> metric_names_in(const Instance& instance) {
  std::vector<MetricNameUse> out;
  walk(instance.config, out);
  return out;
}

}  // namespace whittle::check
