// SPDX-License-Identifier: Apache-2.0
// What each step needs.
#include "compiler/check/formats.h"
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kNoAction{"E0830", "{} needs an `action`"};
constexpr std::string_view kMatchTypes[] = {"strict", "regexp"};
constexpr std::string_view kActions[] = {"insert", "update", "combine", "group"};
constexpr std::string_view kAggregations[] = {"sum", "mean", "min", "max", "median", "count"};
constexpr std::string_view kCases[] = {"lower", "upper"};
constexpr std::string_view kOperations[] = {"add_label",
                                            "update_label",
                                            "delete_label_value",
                                            "toggle_scalar_data_type",
                                            "experimental_scale_value",
                                            "aggregate_labels",
                                            "aggregate_label_values"};

// A text that may be left out.
void choice(Check& check, const Value& owner, std::string_view name, std::span<const std::string_view> choices) {
  if (says(owner.at(name))) one_of(check, owner.at(name), name, choices);
}

// The action of `owner`, or nothing with a diagnostic.
std::string_view action_of(Check& check, const Value& owner, std::string_view what,
                           std::span<const std::string_view> actions) {
  const Value& action = owner.at("action");
  if (!says(action)) {
    check.diags().emit(kNoAction, action.written ? action.span : place_of(owner), what);
    return {};
  }
  return one_of(check, action, "action", actions) ? std::string_view(action.text) : std::string_view();
}

void check_operation(Check& check, const Value& operation) {
  std::string_view action = action_of(check, operation, "an operation", kOperations);
  std::string what = "the operation `" + std::string(action) + "`";
  if (action == "update_label") needs(check, operation, what, "label");
  if (action == "add_label") {
    needs(check, operation, what, "new_label");
    needs(check, operation, what, "new_value");
  }
  if (action == "experimental_scale_value") needs(check, operation, what, "experimental_scale");
  choice(check, operation, "aggregation_type", kAggregations);
}

void check_step(Check& check, const Value& step) {
  needs(check, step, "a step", "include");
  choice(check, step, "match_type", kMatchTypes);
  const Value &include = step.at("include"), &type = step.at("match_type");
  if (type.text == "regexp" && !type.late) {
    if (!include.late && !include.wrong) check_regexp(check.context, const_cast<Value&>(include), include.text);
    for (const Value& label : step.at("experimental_match_labels").items) {
      if (!label.late && !label.wrong) check_regexp(check.context, const_cast<Value&>(label), label.text);
    }
  }
  std::string_view action = action_of(check, step, "a step", kActions);
  std::string what = "the action `" + std::string(action) + "`";
  if (action == "insert" || action == "combine") needs(check, step, what, "new_name");
  if (action == "combine") needs(check, step, what, "aggregation_type");
  const Value* labels = step.find("group_resource_labels");
  if (action == "group" && !labels->present) {
    check.diags().emit(diag::Diag<std::string_view>{"E0830", "{} needs `group_resource_labels`"}, place_of(step), what);
  }
  choice(check, step, "aggregation_type", kAggregations);
  choice(check, step, "submatch_case", kCases);
  for (const Value& operation : step.at("operations").items) {
    if (!operation.wrong && !operation.items.empty()) check_operation(check, operation);
  }
}

}  // namespace

void check_processor_metrics_transform(Check& check, Instance& instance, schema::SignalSet used_for) {
  if (used_for == 0 || instance.config.items.empty()) return;
  for (const Value& step : instance.config.at("transforms").items) {
    if (!step.wrong && !step.items.empty()) check_step(check, step);
  }
}

}  // namespace whittle::check
