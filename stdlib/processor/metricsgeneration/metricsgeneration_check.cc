// SPDX-License-Identifier: Apache-2.0
// What each rule needs.
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kFactor{"E0880", "{} needs a factor above 0"};
constexpr Diag<std::string_view> kOfItself{"E0881", "`{}` cannot be made of itself"};
constexpr Diag<> kNoOperation{"W0882", "without an `operation` this makes nothing"};
constexpr Diag<> kNothing{"W0882", "this processor makes nothing"};
constexpr std::string_view kTypes[] = {"calculate", "scale"};
constexpr std::string_view kOperations[] = {"add", "subtract", "multiply", "divide", "percent"};

void check_rule(Check& check, const Value& rule) {
  needs(check, rule, "a rule", "name");
  needs(check, rule, "a rule", "metric1");
  const Value& type = rule.at("type");
  if (needs(check, rule, "a rule", "type")) one_of(check, type, "type", kTypes);
  if (type.text == "calculate") needs(check, rule, "a rule of type `calculate`", "metric2");
  const Value& factor = rule.at("scale_by");
  if (type.text == "scale" && !factor.late && !factor.wrong && !(factor.real > 0))
    check.diags().emit(kFactor, factor.written ? factor.span : place_of(rule), "a rule of type `scale`");
  const Value& operation = rule.at("operation");
  if (says(operation)) one_of(check, operation, "operation", kOperations);
  else
    check.diags().emit(kNoOperation, place_of(rule)).help("say `add`, `subtract`, `multiply`, `divide` or `percent`");
  const Value& name = rule.at("name");
  if (!says(name) || name.late) return;
  for (std::string_view from : {"metric1", "metric2"}) {
    const Value& metric = rule.at(from);
    if (!metric.late && metric.text == name.text)
      check.diags().emit(kOfItself, metric.span, name.text).label(name.span, "this is made");
  }
}

}  // namespace

void check_processor_metricsgeneration(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  for (const Value& rule : c.at("rules").items) {
    if (!rule.wrong && !rule.items.empty()) check_rule(check, rule);
  }
  if (used_for != 0 && c.at("rules").items.empty() && !c.wrong)
    check.diags().emit(kNothing, instance.key).help("it has no `rules`");
}

}  // namespace whittle::check
