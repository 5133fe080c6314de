// SPDX-License-Identifier: Apache-2.0
// Statements of each signal, group by group.
#include "compiler/check/checks.h"
#include "compiler/check/ottl.h"
#include "compiler/record/ir.h"

#include <string>

namespace whittle::check {

namespace {

using schema::Signal;

constexpr diag::Diag<> kNothing{"W0821", "this processor changes nothing"};
constexpr diag::Diag<std::string_view> kNoInference{"E1433", "in contrib 0.{}, statements stand below a `context`"};

constexpr diag::Diag<std::string_view> kPropagates{"N1408", "where `{}` fails, the whole payload is dropped"};

constexpr diag::Diag<std::string_view, std::string_view> kNotYet{"E1433", "in contrib 0.{}, groups have no `{}`"};
constexpr diag::Diag<std::string_view> kNoExemplars{"E1433", "in contrib 0.{}, there is no context `exemplar`"};

constexpr uint16_t kInfers = 119;  // the first version that finds the context of statements by their paths
constexpr uint16_t kExemplars = 154;

// Settings of a group, and the first version with them.
struct Since {
  std::string_view setting;
  uint16_t since;
};
constexpr Since kSettings[] = {{"conditions", 99}, {"error_mode", 120}};

struct Part {
  std::string_view name;
  Signal signal;
};
constexpr Part kParts[] = {
    {"trace_statements", Signal::Traces}, {"metric_statements", Signal::Metrics}, {"log_statements", Signal::Logs}};

// Reading a text as JSON and the like fails for each text that is something else. Where that is the sender's affair,
// one record takes its whole payload with it; conditions in front are taken to look.
void parses_or_drops(Check& check, const Value& mode, const ottl::Group& group, const Value& statements) {
  if (mode.late || mode.wrong || mode.text != "propagate" || !group.conditions.empty() ||
      group.statements.size() != statements.items.size())
    return;
  for (size_t i = 0; i < group.statements.size(); ++i) {
    const ottl::Tree& tree = group.statements[i];
    if (tree.where != ottl::kNoNode) continue;
    for (const ottl::Node& n : tree.nodes) {
      if (n.kind != ottl::Kind::Call || !n.fails || !tree.text_of(n).starts_with("Parse")) continue;
      check.diags()
          .emit(kPropagates, statements.items[i].span, tree.text_of(n))
          .here("fails for a text of another form")
          .label(mode.span, "and the whole payload is refused")
          .help("write `error_mode: ignore`, or put a `where` behind it that looks first");
      return;
    }
  }
}

void group(Check& check, const Value& whole, const Value& g, Signal signal) {
  const Value &context = g.at("context"), &conditions = g.at("conditions"), &statements = g.at("statements");
  ottl::GroupTexts texts;
  texts.stated = stated_context(check, context, contexts_of(signal));
  if (context.late || context.wrong || (!texts.stated && !context.text.empty())) return;
  auto of_conditions = ottl_texts(check, conditions), of_statements = ottl_texts(check, statements);
  if (!of_conditions || !of_statements) return;
  if (!texts.stated && check.options.contrib < kInfers)
    check.diags()
        .emit(kNoInference, g.span, std::to_string(check.options.contrib))
        .note("it is inferred from 0.{} on", std::to_string(kInfers));
  for (const Since& s : kSettings) {
    const Value& setting = g.at(s.setting);
    if (!setting.written || check.options.contrib >= s.since) continue;
    check.diags()
        .emit(kNotYet, setting.key ? setting.key : setting.span, std::to_string(check.options.contrib), s.setting)
        .here("it came with 0.{}", std::to_string(s.since));
  }
  if (texts.stated == ottl::Context::Exemplar && check.options.contrib < kExemplars)
    check.diags()
        .emit(kNoExemplars, context.span, std::to_string(check.options.contrib))
        .here("it came with 0.{}", std::to_string(kExemplars));
  texts.conditions = std::move(*of_conditions);
  texts.statements = std::move(*of_statements);
  std::vector<ottl::TextProblem> problems;
  auto read = ottl::read_group(texts, contexts_of(signal), problems);
  report(check, problems, &conditions, &statements, g.span);
  if (!read) return;
  parses_or_drops(check, g.at("error_mode").text.empty() && !g.at("error_mode").late ? whole : g.at("error_mode"),
                  *read, statements);
  std::vector<std::string> missing;
  ir::Program program;
  ir::add_group(program, *read, false, "", missing);
  for (std::string& what : missing) check.not_compiled(g.span, std::move(what));
}

}  // namespace

void check_processor_transform(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  bool any = false;
  for (const Part& p : kParts) {
    for (const Value& g : c.at(p.name).items) {
      if (g.items.empty()) continue;
      group(check, c.at("error_mode"), g, p.signal);
      any = any || ((used_for & schema::bit(p.signal)) && !g.at("statements").items.empty());
    }
  }
  if (used_for != 0 && !any && !c.wrong) {
    check.diags().emit(kNothing, instance.key).help("it has no statements for the signals that it is used with");
  }
}

}  // namespace whittle::check
