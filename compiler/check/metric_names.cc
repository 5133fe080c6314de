// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/metric_names.h"

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

void add(std::vector<MetricNameUse>& out, const Value& list, bool regexp) {
  if (list.wrong) return;
  for (const Value& v : list.items) {
    if (v.late || v.wrong || !v.span) continue;
    MetricNameUse use;
    use.value = &v;
    use.regexp = regexp;
    if (regexp) {
      auto compiled = regex::compile(v.text);
      if (compiled) use.tables = std::make_shared<const regex::Tables>(std::move(*compiled));
    }
    out.push_back(std::move(use));
  }
}

}  // namespace

std::vector<MetricNameUse> metric_names_in(const Instance& instance, bool& names_pass) {
  std::vector<MetricNameUse> out;
  std::string_view name = instance.component->name;
  names_pass = name == "batch" || name == "filter";
  if (name == "filter") {
    const Value& metrics = instance.config.at("metrics");
    for (std::string_view side : {"include", "exclude"}) {
      const Value* match = metrics.find(side);
      if (match == nullptr || !match->present || match->items.empty()) continue;
      add(out, match->at("metric_names"), match->at("match_type").text == "regexp");
    }
  }
  if (name == "awsemf") {
    for (const Value& d : instance.config.at("metric_declarations").items)
      add(out, d.at("metric_name_selectors"), true);
    for (const Value& d : instance.config.at("metric_descriptors").items) {
      const Value& metric = d.at("metric_name");
      if (!metric.written || metric.late || metric.wrong || metric.text.empty()) continue;
      MetricNameUse use;
      use.value = &metric;
      out.push_back(std::move(use));
    }
  }
  return out;
}

}  // namespace whittle::check
