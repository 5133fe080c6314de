// SPDX-License-Identifier: Apache-2.0
// Each route as a program of its own: it drops what the routes before have moved away, and keeps of the rest what its
// condition holds for. What none has moved is for the default pipelines.
#include "compiler/plan/plan.h"
#include "stdlib/connector/routing/routing_shared.h"

namespace whittle::plan {
namespace {

// Nothing: the condition always holds.
std::optional<ottl::Group> group_of(const check::RouteText& r, ottl::ErrorMode errors) {
  if (r.condition.empty()) return std::nullopt;
  std::vector<ottl::TextProblem> problems;  // said when the config is checked
  const std::string_view texts[] = {r.condition};
  ottl::Group out;
  out.context = r.context;
  out.errors = errors;
  out.conditions = ottl::read_conditions_of(r.context, texts, problems);
  return out;
}

std::vector<std::string> names_of(const check::Value& list) {
  std::vector<std::string> out;
  for (const check::Value& v : list.items) out.push_back(v.text);
  return out;
}

}  // namespace

std::vector<Route> routes_connector_routing(const check::Value& config, schema::Signal signal) {
  const ottl::ErrorMode errors = ottl::error_mode_named(config.at("error_mode").text);
  std::vector<std::string> missing;
  std::vector<Route> out;
  ir::Program rest;  // drops what has been moved away
  rest.signal = signal;
  auto drop = [&](ir::Program& program, const check::RouteText& r) {
    // What fails is said where the route itself asks.
    const auto mode = errors == ottl::ErrorMode::Propagate ? errors : ottl::ErrorMode::Silent;
    if (auto group = group_of(r, mode)) ir::add_group(program, *group, true, r.route->place, missing);
  };
  std::vector<const check::RouteText*> moved;
  bool all_moved = false;
  const std::vector<check::RouteText> texts = check::route_texts(config);
  for (const check::RouteText& r : texts) {
    if (all_moved || !check::has_context(signal, r.context)) continue;
    Route route;
    route.program.signal = signal;
    route.pipelines = names_of(r.route->at("pipelines"));
    for (const check::RouteText* before : moved) drop(route.program, *before);
    if (auto group = group_of(r, errors)) ir::add_kept(route.program, *group, r.route->place, missing);
    else all_moved = !r.copies;
    out.push_back(std::move(route));
    if (!r.copies) moved.push_back(&r);
  }
  const check::Value& others = config.at("default_pipelines");
  if (all_moved || others.items.empty()) return out;
  for (const check::RouteText* before : moved) drop(rest, *before);
  out.push_back({std::move(rest), names_of(others)});
  return out;
}

}  // namespace whittle::plan
