// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/ottl.h"

#include "compiler/ottl/report.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view, std::string_view> kContext{"E0805", "`{}` has no context `{}`"};

}  // namespace

std::optional<std::vector<std::string_view>> ottl_texts(Check& check, const Value& list) {
  std::vector<std::string_view> out;
  for (const Value& v : list.items) {
    if (v.wrong) return std::nullopt;
    if (v.late) {
      check.not_compiled(v.span, "OTTL with environment variables");
      return std::nullopt;
    }
    out.push_back(v.text);
  }
  return out;
}

void report(Check& check, const std::vector<ottl::TextProblem>& problems, const Value* conditions,
            const Value* statements, source::Span group) {
  const uint16_t version = check.options.contrib;
  auto text_of = [&](const ottl::TextProblem& p) {
    const Value* list = p.in == ottl::TextProblem::In::Condition   ? conditions
                        : p.in == ottl::TextProblem::In::Statement ? statements
                                                                   : nullptr;
    return list != nullptr && p.index < list->items.size()
               ? ottl::Source{list->items[p.index].span, list->items[p.index].text}
               : ottl::Source{group, ""};
  };
  // Of a text with a function that is newer than what is known, nothing else is to be said.
  auto has_newer = [&](const ottl::TextProblem& p) {
    return std::any_of(problems.begin(), problems.end(), [&](const ottl::TextProblem& other) {
      return other.in == p.in && other.index == p.index && &other != &p &&
             ottl::is_newer(other.problem, text_of(other), version);
    });
  };
  for (const ottl::TextProblem& p : problems) {
    ottl::Source source = text_of(p);
    if (!ottl::is_newer(p.problem, source, version) && has_newer(p)) continue;
    ottl::report(p.problem, source, check.sources(), check.diags(), version);
  }
}

std::optional<ottl::Group> conditions_in(const Value& of, const Value& list, std::vector<ottl::TextProblem>& problems) {
  if (list.items.empty()) return std::nullopt;
  std::vector<std::string_view> texts;
  for (const Value& v : list.items) texts.push_back(v.text);
  ottl::Group group;
  group.context = *ottl::context_named(list.type->conditions_on);
  group.errors = ottl::ErrorMode::Propagate;
  if (!list.type->errors.empty()) {
    // What the reference does with a mode that is not named: nobody hears of a failure.
    const std::string& mode = of.at(list.type->errors).text;
    group.errors = mode.empty() ? ottl::ErrorMode::Silent : ottl::error_mode_named(mode);
  }
  group.conditions = ottl::read_conditions_of(group.context, texts, problems);
  return group;
}

std::optional<ottl::Context> stated_context(Check& check, const Value& setting,
                                            std::span<const ottl::Context> contexts) {
  if (setting.text.empty() || setting.late || setting.wrong) return std::nullopt;
  std::string names;
  for (size_t i = 0; i < contexts.size(); ++i) {
    if (ottl::name_of(contexts[i]) == setting.text) return contexts[i];
    if (i > 0) names += i + 1 == contexts.size() ? " or " : ", ";
    names += "`" + std::string(ottl::name_of(contexts[i])) + "`";
  }
  bool profiles = contexts.empty();
  if (!profiles) {
    std::string_view signal = contexts.back() == ottl::Context::Log         ? "logs"
                              : contexts.back() == ottl::Context::SpanEvent ? "traces"
                                                                            : "metrics";
    check.diags().emit(kContext, setting.span, signal, setting.text).help("there is {}", names);
  }
  return std::nullopt;
}

std::span<const ottl::Context> contexts_of(schema::Signal signal) {
  static constexpr ottl::Context kTraces[] = {ottl::Context::Resource, ottl::Context::Scope, ottl::Context::Span,
                                              ottl::Context::SpanEvent};
  static constexpr ottl::Context kMetrics[] = {ottl::Context::Resource, ottl::Context::Scope, ottl::Context::Metric,
                                               ottl::Context::DataPoint, ottl::Context::Exemplar};
  static constexpr ottl::Context kLogs[] = {ottl::Context::Resource, ottl::Context::Scope, ottl::Context::Log};
  switch (signal) {
  case schema::Signal::Traces: return kTraces;
  case schema::Signal::Metrics: return kMetrics;
  case schema::Signal::Logs: return kLogs;
  }
  return {};
}

}  // namespace whittle::check
