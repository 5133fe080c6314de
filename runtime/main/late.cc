// SPDX-License-Identifier: Apache-2.0
// Late-bound values, filled in when a collector starts: the text is expanded, and read as what the setting's type is.
#include "runtime/main/collector.h"

#include "runtime/base/duration.h"
#include "runtime/base/environment.h"
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

bool resolve_late_values(const Program& program, Logger& log) {
  bool good = true;
  for (const LateValue& late : program.late)
    if (!Resolver{late, log}.run()) good = false;
  return good;
}

}  // namespace whittle
