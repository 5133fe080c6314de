// SPDX-License-Identifier: Apache-2.0
// Dimensions: each name once, and none that spans have anyway.
#include "stdlib/common/settings.h"

#include <algorithm>
#include <map>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kReserved{"E1250", "every metric has `{}` anyway"};
constexpr Diag<std::string_view> kTwice{"E1251", "the dimension `{}` stands here twice"};
constexpr Diag<std::string_view> kDefaultOfGlob{"E1252", "the names of `{}` have no default"};
constexpr Diag<std::string_view> kOpenGlob{"E1253", "`{}` is no pattern of names"};
constexpr Diag<> kNoTimes{"E1254", "values since the last time need at least one time that is remembered"};

constexpr std::string_view kReservedNames[] = {"service.name", "span.name", "span.kind", "status.code",
                                               "collector.instance.id"};

// Whether each bracket and brace of a glob is closed.
bool closed(std::string_view glob) {
  int braces = 0;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '\\') ++i;
    else if (glob[i] == '{') ++braces;
    else if (glob[i] == '}') --braces;
    else if (glob[i] == '[') {
      i = glob.find(']', i + 1);
      if (i == std::string_view::npos) return false;
    }
    if (braces < 0) return false;
  }
  return braces == 0;
}

void check_dimensions(Check& check, const Value& list) {
  std::map<std::string_view, const Value*> seen;
  for (const Value& d : list.items) {
    if (d.wrong || d.items.empty()) continue;
    const Value& name = d.at("name");
    const Value& glob = d.at("glob");
    if (says(name) && !name.late && !name.wrong) {
      bool reserved =
          std::find(std::begin(kReservedNames), std::end(kReservedNames), name.text) != std::end(kReservedNames);
      auto [first, added] = seen.emplace(name.text, &name);
      if (reserved) check.diags().emit(kReserved, name.span, name.text).help("leave it out");
      else if (!added) check.diags().emit(kTwice, name.span, name.text).label(first->second->span, "the first time");
    }
    if (!says(glob) || glob.late || glob.wrong) continue;
    if (d.at("default").written) check.diags().emit(kDefaultOfGlob, glob.span, glob.text).help("leave `default` out");
    if (!closed(glob.text))
      check.diags()
          .emit(kOpenGlob, glob.span, glob.text)
          .help("close each `[` and `{`, or write a backslash before it");
  }
}

}  // namespace

void check_connector_spanmetrics(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  check_dimensions(check, c.at("dimensions"));
  check_dimensions(check, c.at("calls_dimensions"));
  if (!c.at("histogram").items.empty()) check_dimensions(check, c.at("histogram").at("dimensions"));
  const Value& events = c.at("events");
  if (!events.items.empty() && events.at("enabled").boolean) check_dimensions(check, events.at("dimensions"));
  const Value& times = c.at("metric_timestamp_cache_size");
  if (c.at("aggregation_temporality").text == "AGGREGATION_TEMPORALITY_DELTA" && times.written && !times.late &&
      !times.wrong && times.integer <= 0)
    check.diags().emit(kNoTimes, times.span);
}

}  // namespace whittle::check
