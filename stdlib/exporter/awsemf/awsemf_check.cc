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
constexpr Diag<std::string_view, std::string_view> kCumulative{
    "N1402", "histograms of `{}` reach `{}` as totals since the start"};
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

// Sums become increases in the exporter; the count and the sum of a histogram leave as they come (datapoint.go of the
// reference), and CloudWatch adds up what are totals already.
void cumulative_histograms(Check& check, const Instance& instance) {
  const Config& config = check.config;
  const auto id = static_cast<InstanceId>(&instance - config.instances.data());
  // Who declares metrics to be kept has chosen; what is known by name alone may do anything.
  if (check.diags().has_errors() || config.unknown_components ||
      !instance.config.at("metric_declarations").items.empty())
    return;
  constexpr std::string_view kChangeNothing[] = {
      "batch", "memory_limiter", "attributes", "resource", "resourcedetection", "groupbyattrs", "k8s_attributes"};
  auto gives_totals = [](const Instance& i) {
    if (i.component->kind == schema::ComponentKind::Receiver) return i.component->name == "prometheus";
    if (i.component->name != "spanmetrics" || i.config.items.empty()) return false;
    const Value &kind = i.config.at("aggregation_temporality"), &off = i.config.at("histogram").at("disable");
    return !kind.late && !kind.wrong && kind.text != "AGGREGATION_TEMPORALITY_DELTA" && !off.late && !off.boolean;
  };
  for (const Pipeline& p : config.pipelines) {
    if (std::find(p.exporters.begin(), p.exporters.end(), id) == p.exporters.end()) continue;
    bool as_they_come = std::all_of(p.processors.begin(), p.processors.end(), [&](InstanceId x) {
      return std::find(std::begin(kChangeNothing), std::end(kChangeNothing), config.instances[x].component->name) !=
             std::end(kChangeNothing);
    });
    if (!as_they_come) continue;
    for (InstanceId r : p.receivers) {
      const Instance& from = config.instances[r];
      if (!gives_totals(from)) continue;
      check.diags()
          .emit(kCumulative, instance.key, from.id, instance.id)
          .here("CloudWatch adds them up again at each report")
          .label(from.key, "counts from the start")
          .note("of a sum the exporter sends the increase, of a histogram the count and the sum as they are")
          .help("put the processor `cumulativetodelta` into `{}`", p.name);
      return;
    }
  }
}

}  // namespace

void check_exporter_awsemf(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (used_for != 0) cumulative_histograms(check, instance);
  check_log_names(check, c.at("log_group_name"), c.at("log_stream_name"));
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
