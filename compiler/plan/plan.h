// SPDX-License-Identifier: Apache-2.0
// The plan: the checked, typed form of one config as plain data. Everything after it is derived from it, and its
// textual dump (dump.cc, `--emit plan`) is what golden tests hold.
//
// Stages stand in the order in which their code and instances are made: consumers before producers. A processor of two
// pipelines is two stages, as in the Collector; a receiver or exporter is one, however many pipelines name it. A
// connector is one for each signal that it takes: among the exporters of the pipelines that end in it, and among the
// receivers of those that begin with what it makes of that signal.
#pragma once

#include "compiler/aws/needs.h"
#include "compiler/check/config.h"
#include "compiler/check/listeners.h"
#include "compiler/record/rewrite.h"

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace whittle::plan {

using StageId = uint32_t;     // index in Plan::stages
using PipelineId = uint32_t;  // index in Plan::pipelines

// One way out of a connector that sorts telemetry: what its program leaves goes to these pipelines.
struct Route {
  ir::Program program;                 // without passes: everything
  std::vector<std::string> pipelines;  // "traces/2"
};

struct Stage {
  const check::Instance* instance = nullptr;
  std::optional<PipelineId> pipeline;   // processors only
  std::optional<schema::Signal> takes;  // connectors only
  // A stateless processor: what it does to each record. Such a stage has no instance at run time.
  std::optional<ir::Program> program;
  // The processors behind it whose programs have become part of this one; they are in no pipeline's list any more.
  std::vector<const check::Instance*> joined;

  // A connector that sorts: where telemetry goes, each route by itself. It has no instance either.
  std::optional<std::vector<Route>> routes;

  bool stateless() const { return program.has_value() || routes.has_value(); }
  const schema::Component& component() const { return *instance->component; }
};

struct Pipeline {
  const check::Pipeline* source = nullptr;
  std::vector<StageId> receivers, processors, exporters;

  schema::Signal signal() const { return source->signal; }
};

// Conditions that a component with an instance asks of records while it runs.
struct Conditions {
  const check::Value* setting;  // the list of their texts
  ir::Program program;          // one pass, that drops what one of them holds for
};

struct Plan {
  const check::Config* config = nullptr;
  std::vector<Stage> stages;
  std::vector<Conditions> conditions;  // of all stages' settings
  std::vector<Pipeline> pipelines;
  std::vector<StageId> extensions;
  std::vector<check::Listener> listeners;
  std::vector<std::string> parts;      // of the runtime that this config needs, by their names in `links` statements
  std::vector<std::string> stand_ins;  // archives that take the place of parts that it does not need
  bool needs_roots = false;            // somebody is called with TLS: the image needs CA roots
  bool writes_files = false;           // some component writes files while it runs
  std::string config_hash;             // SHA-256 of the canonical config, hex: configs that mean the same have the same
  std::vector<aws::Need> needs;        // for the collector to name when AWS denies a call
  std::string drift;  // the table by which the collector compares a config that it is given (runtime/drift/table.h)
};

// Makes the record programs cheaper by these rewrites, in their own order; with "fuse" those of neighbours in a
// pipeline become one first. Returns a fault of whittle's own, in words; empty: none.
std::string optimise(Plan& plan, std::span<const ir::Rewrite* const> wanted);

// The plan as text: one stage a paragraph, settings that differ from their defaults, pipelines with their arrows.
std::string dump(const Plan& plan);

// What becomes of telemetry in each pipeline, in words: what is looked at, written and dropped, and at which level.
std::string explain(const Plan& plan);

// What turns a stateless processor into a record program. It asks the config for every setting that was written
// (Value::at, Value::find), also for those that change nothing: what it did not ask for it has overlooked.
using LowerFn = std::optional<ir::Program> (*)(const check::Value& config, schema::Signal signal);

// The same of a connector that sorts.
using RoutesFn = std::vector<Route> (*)(const check::Value& config, schema::Signal signal);

// What a component is made of beside its declaration, as found by name in its folder when whittle is built.
struct Halves {
  schema::ComponentKind kind;
  std::string_view name;
  bool runtime;               // has a <name>_rt.cc
  LowerFn lower;              // of its <name>_lower.cc; returns none where this processor does nothing to that signal
  RoutesFn routes = nullptr;  // of its <name>_routes.cc
};
std::span<const Halves> component_halves();

// Makes the plan of a config without errors; `config` must outlive it. The error is a fault of whittle's own, in words:
// a component that nothing compiles, or a setting that its lowering overlooked.
std::expected<Plan, std::string> build(const check::Config& config,
                                       std::span<const Halves> halves = component_halves());

}  // namespace whittle::plan
