// SPDX-License-Identifier: Apache-2.0
// Late-bound values, filled in when a collector starts: the text is expanded, and read as what the setting's type is.
#include "runtime/main/collector.h"

#include "base/yaml_scalar.h"
#include "runtime/base/duration.h"
#include "runtime/base/environment.h"
#include "runtime/base/number.h"
#include "runtime/base/writer.h"

#include <stdlib.h>
#include <string.h>

namespace whittle {
namespace {

struct Resolver {
  const LateValue& late;
  Logger& log;

  bool complain(const char* message, Text name, Text value = {}) {
    log.error(message, {{"variable", name}, {"value", value}, {"setting", late.setting}, {"config", late.place}});
    return false;
  }

  bool run() {
    Writer text;
    bool whole;
    Expanded e = expand_environment(view(late.text), text, whole);
    if (!e.missing.empty()) return complain("an environment variable that the config refers to is not set", e.missing);
    Text name = e.first, value = text.text();
    switch (late.kind) {
    case LateKind::String: *static_cast<Str*>(late.slot) = kept(value); return true;
    case LateKind::Bool:
      if (value != "true" && value != "false")
        return complain("an environment variable must be true or false here", name, value);
      *static_cast<bool*>(late.slot) = value == "true";
      return true;
    case LateKind::Int: {
      auto v = parse_int(value);
      if (!v) return complain("an environment variable must be a whole number here", name, value);
      *static_cast<int64_t*>(late.slot) = *v;
      return true;
    }
    case LateKind::Double: {
      auto v = parse_double(value);
      if (!v) return complain("an environment variable must be a number here", name, value);
      *static_cast<double*>(late.slot) = *v;
      return true;
    }
    case LateKind::Duration: {
      auto v = parse_duration(value);
      if (!v) return complain("an environment variable must be a duration here, such as 30s", name, value);
      *static_cast<int64_t*>(late.slot) = *v;
      return true;
    }
    case LateKind::Any: return any(name, value, whole);
    }
    return false;
  }

  static Str kept(Text value) {
    auto* copy = static_cast<char*>(malloc(value.size() + 1));
    if (!copy) abort();
    for (size_t i = 0; i < value.size(); ++i) copy[i] = value[i];
    copy[value.size()] = 0;
    return {copy, value.size()};
  }

  // A reference that is the whole value takes the type that its text has in YAML; part of a text stays a text.
  bool any(Text name, Text value, bool whole) {
    Any& out = *static_cast<Any*>(late.slot);
    const YamlScalar scalar = resolve_yaml_scalar(value);
    out = {AnyKind::String, 0, kept(value)};
    if (!whole) return true;
    using Kind = YamlScalar::Kind;
    auto set = [&](AnyKind kind, auto bits) {
      static_assert(sizeof bits == 8);
      out.kind = kind;
      memcpy(&out.bits, &bits, 8);
      return true;
    };
    switch (scalar.kind) {
    case Kind::Null: return complain("an environment variable must not be empty here", name, value);
    case Kind::Date: return complain("an environment variable must not be a date here", name, value);
    case Kind::Bool: return set(AnyKind::Bool, uint64_t{scalar.boolean});
    case Kind::Int: return scalar.too_large ? set(AnyKind::Double, scalar.real) : set(AnyKind::Int, scalar.integer);
    case Kind::Float: {
      if (scalar.special) return set(AnyKind::Double, scalar.real);
      Writer digits;
      for (char c : value)
        if (c != '_') digits.byte(static_cast<uint8_t>(c));
      auto v = parse_double(digits.text());
      return v ? set(AnyKind::Double, *v) : true;
    }
    case Kind::String: return true;
    }
    return true;
  }
};

}  // namespace

bool resolve_late_values(const Collector& collector, Logger& log) {
  bool good = true;
  for (const LateValue& late : collector.late)
    if (!Resolver{late, log}.run()) good = false;
  return good;
}

}  // namespace whittle
