// SPDX-License-Identifier: Apache-2.0
#include "stdlib/connector/routing/routing_shared.h"

#include "compiler/check/ottl.h"

#include <algorithm>

namespace whittle::check {
namespace {

constexpr ottl::Context kContexts[] = {ottl::Context::Resource, ottl::Context::Span, ottl::Context::Metric,
                                       ottl::Context::DataPoint, ottl::Context::Log};

size_t behind_blanks(std::string_view t, size_t at) {
  while (at < t.size() && (t[at] == ' ' || (t[at] >= '\t' && t[at] <= '\r'))) ++at;
  return at;
}

// `route() where CONDITION`, and without the condition. False: it is another statement.
bool read_statement(std::string_view t, RouteText& out) {
  size_t at = behind_blanks(t, 0);
  for (std::string_view word : {"route", "(", ")"}) {
    if (!t.substr(at).starts_with(word)) return false;
    at = behind_blanks(t, at + word.size());
  }
  if (at == t.size()) return true;
  if (!t.substr(at).starts_with("where")) return false;
  out.at = behind_blanks(t, at + 5);
  out.condition = t.substr(out.at);
  return true;
}

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// A condition whose paths do not name their context.
std::string unnamed(std::string_view t, ottl::Context context) {
  const std::string name = std::string(ottl::name_of(context)) + '.';
  std::string out;
  bool quoted = false;
  for (size_t i = 0; i < t.size(); ++i) {
    if (!quoted && (i == 0 || !in_word(t[i - 1])) && t.substr(i).starts_with(name)) i += name.size();
    if (i == t.size()) break;
    if (quoted && t[i] == '\\' && i + 1 < t.size()) out += t[i++];
    else if (t[i] == '"') quoted = !quoted;
    out += t[i];
  }
  return out;
}

// A route that states no context has the one that its paths name; resource, where they name none.
void infer(RouteText& r) {
  std::vector<ottl::TextProblem> problems;
  const auto trees = ottl::read_conditions({std::nullopt, {r.condition}, {}}, kContexts, problems);
  if (!trees.empty()) r.context = trees.front().context;
  else r.of_request = r.condition.find("otelcol.") != std::string_view::npos;
}

}  // namespace

std::vector<RouteText> route_texts(const Value& config) {
  std::vector<RouteText> out;
  for (const Value& route : config.at("table").items) {
    if (route.items.empty() || route.wrong) continue;
    const Value &condition = route.at("condition"), &statement = route.at("statement"), &context = route.at("context");
    RouteText r;
    r.route = &route;
    r.copies = route.at("action").text == "copy";
    (void)route.at("pipelines");
    r.text = condition.text.empty() ? &statement : &condition;
    if (r.text->late || r.text->wrong || r.text->text.empty() || context.wrong) continue;
    r.of_request = context.text == "request" || context.text == "otelcol";
    for (ottl::Context c : kContexts)
      if (ottl::name_of(c) == context.text) r.context = c;
    if (r.text == &condition) r.condition = condition.text;
    else r.edits = !read_statement(statement.text, r);
    if (context.text.empty() && !r.edits && !r.condition.empty()) infer(r);
    // Of two that say the same, whether their paths name the context or not, the first one counts.
    if (std::any_of(out.begin(), out.end(), [&](const RouteText& before) {
          return before.context == r.context && before.of_request == r.of_request && before.edits == r.edits &&
                 (r.edits ? before.text->text == r.text->text
                          : unnamed(before.condition, r.context) == unnamed(r.condition, r.context));
        }))
      continue;
    out.push_back(r);
  }
  return out;
}

bool has_context(schema::Signal signal, ottl::Context context) {
  const auto contexts = contexts_of(signal);
  return std::find(contexts.begin(), contexts.end(), context) != contexts.end();
}

}  // namespace whittle::check
