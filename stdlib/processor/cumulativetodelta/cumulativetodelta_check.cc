// SPDX-License-Identifier: Apache-2.0
// Names and types of metrics.
#include "compiler/regex/syntax.h"
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoType{"E0860", "`metrics` needs `match_type`"};
constexpr Diag<> kNoMetrics{"E0860", "`match_type` needs `metrics`"};
constexpr Diag<std::string_view> kNoMatchType{"W0861", "`{}` is not a match type, so these names count for nothing"};
constexpr Diag<std::string_view> kNoPattern{"W0861",
                                            "`{}` is not a regular expression, so all of these count for nothing"};

constexpr std::string_view kTypes[] = {"sum", "histogram", "exponentialhistogram"};

void check_side(Check& check, const Value& side) {
  if (side.wrong || side.items.empty()) return;
  const Value &type = side.at("match_type"), &metrics = side.at("metrics");
  for (const Value& t : side.at("metric_types").items) one_of(check, t, "metric_types", kTypes, true);
  if (says(metrics) && !says(type))
    check.diags().emit(kNoType, place_of(metrics)).help("write `match_type: strict` or `match_type: regexp`");
  if (says(type) && !says(metrics)) check.diags().emit(kNoMetrics, place_of(type));
  if (!says(metrics) || !says(type) || type.late || type.wrong) return;
  // The Collector goes on without what it cannot make.
  if (type.text != "strict" && type.text != "regexp") {
    check.diags().emit(kNoMatchType, type.span, type.text).help("it is `strict` or `regexp`");
    return;
  }
  for (const Value& name : metrics.items) {
    if (type.text != "regexp" || name.late || name.wrong || regex::parse(name.text)) continue;
    check.diags().emit(kNoPattern, name.span, name.text).here("{}", regex::parse(name.text).error().message);
  }
}

}  // namespace

void check_processor_cumulativetodelta(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  check_side(check, instance.config.at("include"));
  check_side(check, instance.config.at("exclude"));
}

}  // namespace whittle::check
