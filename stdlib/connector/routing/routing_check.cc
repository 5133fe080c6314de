// SPDX-License-Identifier: Apache-2.0
// Conditions of routes, and that the pipelines they name begin with the connector.
#include "compiler/ottl/report.h"
#include "stdlib/common/settings.h"
#include "stdlib/connector/routing/routing_shared.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;
using schema::Signal;

constexpr Diag<std::string_view, std::string_view> kNotFed{"E1256", "the pipeline `{}` does not begin with `{}`"};
constexpr Diag<std::string_view> kNoDefault{"N1407", "what no route of `{}` takes is dropped"};
constexpr Diag<std::string_view> kNeverRead{"W1257", "this route takes nothing: its context is `{}`"};

// Ids of pipelines: each of a signal that the connector gets, and among whose receivers it is.
void check_pipelines(Check& check, const Instance& instance, InstanceId id, const Value& list) {
  for (const Value& v : list.items) {
    if (v.late || v.wrong) continue;
    const auto& all = check.config.pipelines;
    const bool fed = std::any_of(all.begin(), all.end(), [&](const Pipeline& p) {
      return p.name == v.text && std::find(p.receivers.begin(), p.receivers.end(), id) != p.receivers.end();
    });
    if (!fed)
      check.diags()
          .emit(kNotFed, v.span, v.text, instance.id)
          .help("name the connector among the `receivers` of that pipeline");
  }
}

}  // namespace

void check_connector_routing(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  for (const RouteText& r : route_texts(c)) {
    if (r.of_request) {
      const std::string& stated = r.route->at("context").text;
      check.not_compiled(r.text->span, "a route by the context `" + (stated.empty() ? "otelcol" : stated) + "`");
      continue;
    }
    if (r.edits) {
      check.not_compiled(r.text->span, "a route by a statement other than `route()`");
      continue;
    }
    bool read = used_for == 0;
    for (Signal s : {Signal::Traces, Signal::Metrics, Signal::Logs})
      read = read || ((used_for & schema::bit(s)) != 0 && has_context(s, r.context));
    if (!read)
      check.diags()
          .emit(kNeverRead, r.text->span, ottl::name_of(r.context))
          .note("what the connector gets has no such context");
    if (r.condition.empty()) continue;
    std::vector<ottl::TextProblem> problems;
    const std::string_view texts[] = {r.condition};
    (void)ottl::read_conditions_of(r.context, texts, problems);
    for (ottl::TextProblem& p : problems) {
      p.problem.place.begin += r.at, p.problem.place.end += r.at;
      ottl::report(p.problem, {r.text->span, r.text->text}, check.sources(), check.diags());
    }
  }
  if (used_for == 0) return;
  const Value &others = c.at("default_pipelines"), &table = c.at("table");
  bool all = false;  // or it may be so, for all that is known here
  for (const Value& r : table.items)
    all = all || r.wrong || r.items.empty() || r.at("condition").late || r.at("statement").late;
  for (const RouteText& r : route_texts(c)) all = all || r.condition.empty() || r.condition == "true";
  if (others.items.empty() && !others.late && !others.wrong && !table.items.empty() && !all)
    check.diags()
        .emit(kNoDefault, others.written ? place_of(others) : instance.key, instance.id)
        .here("there are no `default_pipelines`")
        .help("name a pipeline there for the rest, or leave it so if the rest is to go");
  const auto id = static_cast<InstanceId>(&instance - check.config.instances.data());
  check_pipelines(check, instance, id, c.at("default_pipelines"));
  for (const Value& route : c.at("table").items)
    if (!route.items.empty()) check_pipelines(check, instance, id, route.at("pipelines"));
}

}  // namespace whittle::check
