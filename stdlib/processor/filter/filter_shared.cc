// SPDX-License-Identifier: Apache-2.0
#include "stdlib/processor/filter/filter_shared.h"

#include "compiler/check/ottl.h"

#include <algorithm>

namespace whittle::check {

using schema::Signal;

namespace {

struct Named {
  Signal signal;
  std::string_view part, name;
  ottl::Context context;
};
constexpr Named kNamed[] = {
    {Signal::Traces, "traces", "resource", ottl::Context::Resource},
    {Signal::Traces, "traces", "span", ottl::Context::Span},
    {Signal::Traces, "traces", "spanevent", ottl::Context::SpanEvent},
    {Signal::Metrics, "metrics", "resource", ottl::Context::Resource},
    {Signal::Metrics, "metrics", "metric", ottl::Context::Metric},
    {Signal::Metrics, "metrics", "datapoint", ottl::Context::DataPoint},
    {Signal::Logs, "logs", "resource", ottl::Context::Resource},
    {Signal::Logs, "logs", "log_record", ottl::Context::Log},
};
constexpr std::string_view kLists[] = {"trace_conditions", "metric_conditions", "log_conditions"};  // by Signal

// The filter knows no exemplars.
std::span<const ottl::Context> contexts_for(Signal signal) {
  std::span<const ottl::Context> contexts = contexts_of(signal);
  return signal == Signal::Metrics ? contexts.first(contexts.size() - 1) : contexts;
}

std::optional<ottl::Context> context_of(const Value& setting, std::span<const ottl::Context> contexts) {
  for (ottl::Context c : contexts)
    if (ottl::name_of(c) == setting.text) return c;
  return std::nullopt;
}

}  // namespace

std::vector<FilterGroup> filter_groups(const Value& config, Signal signal) {
  std::vector<FilterGroup> out;
  const ottl::ErrorMode whole = ottl::error_mode_named(config.at("error_mode").text);
  const Value& list = config.at(kLists[static_cast<int>(signal)]);
  for (const Value& element : list.items) {
    if (element.items.empty()) continue;
    FilterGroup g;
    g.conditions = &element.at("conditions");
    g.element = &element;
    g.list = &list;
    g.contexts = contexts_for(signal);
    g.stated = context_of(element.at("context"), g.contexts);
    const std::string& own = element.at("error_mode").text;
    g.errors = own.empty() ? whole : ottl::error_mode_named(own);
    g.place = element.place;
    out.push_back(std::move(g));
  }
  for (const Named& n : kNamed) {
    if (n.signal != signal) continue;
    const Value& conditions = config.at(n.part).at(n.name);
    if (conditions.items.empty()) continue;
    FilterGroup g;
    g.conditions = &conditions;
    g.stated = n.context;
    g.errors = whole;
    g.place = conditions.place;
    out.push_back(std::move(g));
  }
  return out;
}

std::vector<ottl::Group> read_filter_group(const FilterGroup& group, std::vector<ottl::TextProblem>& problems) {
  std::vector<std::string_view> texts;
  for (const Value& v : group.conditions->items) {
    if (v.wrong || v.late) return {};
    texts.push_back(v.text);
  }
  std::vector<ottl::Tree> trees;
  if (group.element == nullptr) {
    trees = ottl::read_conditions_of(*group.stated, texts, problems);
  } else {
    ottl::GroupTexts all;
    all.stated = group.stated;
    all.conditions = texts;
    trees = ottl::read_conditions(all, group.contexts, problems);
  }
  std::vector<ottl::Group> out;
  for (ottl::Tree& tree : trees) {
    auto it = std::find_if(out.begin(), out.end(), [&](const ottl::Group& g) { return g.context == tree.context; });
    if (it == out.end()) {
      ottl::Group fresh;
      fresh.context = tree.context;
      fresh.errors = group.errors;
      it = out.insert(out.end(), std::move(fresh));
    }
    it->conditions.push_back(std::move(tree));
  }
  std::sort(out.begin(), out.end(), [](const ottl::Group& a, const ottl::Group& b) { return a.context < b.context; });
  return out;
}

}  // namespace whittle::check
