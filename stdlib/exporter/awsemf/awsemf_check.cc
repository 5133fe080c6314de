// SPDX-License-Identifier: Apache-2.0
// Rules that CloudWatch has and the types do not tell.
#include "compiler/check/checks.h"
#include "compiler/check/formats.h"
#include "compiler/regex/dfa.h"
#include "stdlib/common/log_group_tags.h"

#include <algorithm>
#include <set>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoSelectors{"W0722", "this rule applies to no metric"};
constexpr Diag<size_t> kManyDimensions{"W0723", "a set of {} dimensions is dropped"};
constexpr Diag<> kDimensionTwice{"W0724", "this dimension is named twice"};
constexpr Diag<> kNoLabels{"W0725", "a label matcher needs `label_names` and `regex`"};
constexpr Diag<> kNoMetricName{"W0726", "this descriptor applies to no metric"};
constexpr Diag<std::string_view> kNamespace{"W0727", "CloudWatch refuses the namespace `{}`"};

void declarations(Check& check, const Value& list) {
  for (const Value& d : list.items) {
    if (d.wrong) continue;
    if (d.at("metric_name_selectors").items.empty()) {
      check.diags()
          .emit(kNoSelectors, d.span)
          .here("`metric_name_selectors` is missing")
          .help("write `metric_name_selectors: [\".*\"]` for all metrics");
    }
    for (const Value& set : d.at("dimensions").items) {
      if (set.items.size() > 10) {
        auto e = check.diags().emit(kManyDimensions, set.span, set.items.size());
        e.here("at most 10");
        if (set.items.size() > 30) e.note("CloudWatch itself takes at most 30");
      }
      std::set<std::string> seen;
      for (const Value& name : set.items) {
        if (!name.late && !seen.insert(name.text).second)
          check.diags().emit(kDimensionTwice, name.span).here("counts once");
      }
    }
    for (const Value& m : d.at("label_matchers").items) {
      if (m.at("label_names").items.empty() || (m.at("regex").text.empty() && !m.at("regex").late)) {
        check.diags()
            .emit(kNoLabels, m.span)
            .here(m.at("label_names").items.empty() ? diag::Text<>("`label_names` is missing")
                                                    : diag::Text<>("`regex` is missing"))
            .note("without them the Collector drops the whole rule");
      }
    }
  }
}

}  // namespace

void check_exporter_awsemf(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  check_log_group_tags(check, c.at("tags"));
  declarations(check, c.at("metric_declarations"));
  for (const Value& d : c.at("metric_descriptors").items) {
    if (d.wrong) continue;
    const Value& unit = d.at("unit");
    if (d.at("metric_name").text.empty() && !d.at("metric_name").late)
      check.diags().emit(kNoMetricName, d.span).here("`metric_name` is missing");
    else if (!unit.written) check.diags().emit(kNoMetricName, d.span).here("`unit` is missing");
  }
  const Value& space = c.at("namespace");
  if (!space.late && !space.wrong && space.written) {
    bool fits = std::all_of(space.text.begin(), space.text.end(), [](char ch) {
      return (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z') ||
             std::string_view(" ._-/#:").find(ch) != std::string_view::npos;
    });
    if (space.text.size() > 255) check.diags().emit(kNamespace, space.span, space.text).here("longer than 255 bytes");
    else if (!fits)
      check.diags().emit(kNamespace, space.span, space.text).here("CloudWatch takes letters, digits and `. - _ / # :`");
    else if (space.text.starts_with("AWS/"))
      check.diags().emit(kNamespace, space.span, space.text).here("`AWS/` is for AWS's own metrics");
  }
}

}  // namespace whittle::check
