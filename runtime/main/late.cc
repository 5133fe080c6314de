// SPDX-License-Identifier: Apache-2.0
// Late-bound values: `${env:NAME}` and `${env:NAME:-default}`, `$$` for a dollar sign (collector, confmap's env
// provider).
#include "runtime/main/late.h"
#include "runtime/main/collector.h"

#include "runtime/base/duration.h"
#include "runtime/base/number.h"
#include "runtime/base/writer.h"

#include <stdlib.h>

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
    case LateKind::String: {
      auto* copy = static_cast<char*>(malloc(value.size() + 1));
      if (!copy) abort();
      for (size_t i = 0; i < value.size(); ++i) copy[i] = value[i];
      copy[value.size()] = 0;
      *static_cast<Str*>(late.slot) = {copy, value.size()};
      return true;
    }
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
    }
    return false;
  }
};

}  // namespace

Expanded expand_environment(Text t, Writer& out, bool& whole) {
  Expanded result;
  whole = false;
  bool closed = true;  // a reference may follow
  for (size_t at = 0; at < t.size();) {
    if (t[at] != '$' || at + 1 == t.size()) {
      out.byte(static_cast<uint8_t>(t[at++]));
      continue;
    }
    if (t[at + 1] == '$') {
      out.byte('$');
      at += 2;
      // Behind an escaped reference the Collector expands no other.
      if (closed && at < t.size() && t[at] == '{' && t.find('}', at) != Text::npos) closed = false;
      continue;
    }
    size_t end = t[at + 1] == '{' && closed ? t.find('}', at) : Text::npos;
    closed = closed && (end != Text::npos || t[at + 1] != '{');
    Text reference = end == Text::npos ? Text() : t.substr(at + 2, end - at - 2);
    size_t colon = reference.find(':');
    bool environment =
        colon == Text::npos || reference.starts_with("env:") || reference.substr(colon).starts_with(":-");
    if (end == Text::npos || !environment) {
      out.byte(static_cast<uint8_t>(t[at++]));
      continue;
    }
    whole = at == 0 && end + 1 == t.size();
    at = end + 1;
    if (reference.starts_with("env:")) reference.remove_prefix(4);
    size_t fallback = reference.find(":-");
    Text variable = reference.substr(0, fallback);
    if (result.first.empty()) result.first = variable;
    Writer c_name;
    c_name.append(variable);
    c_name.byte(0);
    const char* value = getenv(c_name.text().data());
    if (value) out.append(Text(value));
    else if (fallback != Text::npos) out.append(reference.substr(fallback + 2));
    else if (result.missing.empty()) result.missing = variable;
  }
  return result;
}

bool resolve_late_values(const Program& program, Logger& log) {
  bool good = true;
  for (const LateValue& late : program.late)
    if (!Resolver{late, log}.run()) good = false;
  return good;
}

}  // namespace whittle
