// SPDX-License-Identifier: Apache-2.0
// Any bytes as statements and conditions of a group, in any context, stated or inferred. Places must lie in the text,
// and what is taken must hold together: every path and function resolved, every argument in the place of a parameter.
#include "compiler/ottl/group.h"
#include "compiler/ottl/parse.h"

#include <cstdlib>

using namespace whittle::ottl;

static void hold(bool good) {
  if (!good) std::abort();
}

static void walk(const Tree& tree, NodeId id) {
  const Node& n = tree.at(id);
  hold(n.place.begin <= n.place.end && n.place.end <= tree.text.size());
  if (n.kind == Kind::Path) hold(n.path != nullptr && (n.children.count == 0 || n.path->keys != Keys::None));
  if (n.kind == Kind::FunctionName) hold(n.function != nullptr);
  if (n.kind == Kind::Call) {
    hold(n.function != nullptr);
    hold(n.function->any_arguments || n.children.count == n.function->parameters.size());
  }
  hold(n.kind != Kind::Lambda && n.kind != Kind::Local);
  for (NodeId child : tree.children(n)) {
    if (child != kNoNode) walk(tree, child);
  }
  if (n.kind != Kind::Path) {
    for (NodeId key : tree.keys(n)) walk(tree, key);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr Context kContexts[] = {Context::Resource, Context::Scope,     Context::Span,     Context::SpanEvent,
                                          Context::Metric,   Context::DataPoint, Context::Exemplar, Context::Log};
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  GroupTexts texts;
  if (data[0] & 8) texts.stated = kContexts[data[0] & 7];
  // Lines are statements; those behind a `?` are conditions.
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.starts_with('?')) texts.conditions.push_back(line.substr(1));
    else texts.statements.push_back(line);
    at = end + 1;
  }
  std::vector<TextProblem> problems;
  auto group = read_group(texts, kContexts, problems);
  for (const TextProblem& p : problems) {
    std::string_view in = p.in == TextProblem::In::Statement   ? texts.statements.at(p.index)
                          : p.in == TextProblem::In::Condition ? texts.conditions.at(p.index)
                                                               : text;
    hold(p.problem.place.begin <= p.problem.place.end && p.problem.place.end <= in.size());
  }
  bool errors = false;
  for (const TextProblem& p : problems) errors = errors || !p.problem.warning();
  hold(group.has_value() == !errors);
  if (group) {
    for (const Tree& t : group->statements) {
      walk(t, t.editor);
      if (t.where != kNoNode) walk(t, t.where);
    }
    for (const Tree& t : group->conditions) walk(t, t.where);
  }
  problems.clear();
  for (const Tree& t : read_conditions(texts, kContexts, problems)) walk(t, t.where);
  problems.clear();
  for (const Tree& t : read_conditions_of(kContexts[data[0] & 7], texts.conditions, problems)) walk(t, t.where);
  Problem problem;
  if (auto t = parse(text, Unit::Value, problem)) {
    std::vector<Problem> found;
    if (check(*t, {Library::Transform, kContexts[data[0] & 7], Naming::Always}, found)) walk(*t, t->value);
  }
  return 0;
}
