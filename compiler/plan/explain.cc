// SPDX-License-Identifier: Apache-2.0
// What becomes of telemetry, pipeline by pipeline, in words.
#include "compiler/record/explain.h"
#include "compiler/plan/plan.h"

namespace whittle::plan {

namespace {

std::string names_of(const Stage& stage) {
  std::string out = stage.instance->id;
  for (const check::Instance* other : stage.joined) out += " + " + other->id;
  return out;
}

std::string names_of(const Plan& plan, const std::vector<StageId>& stages, const char* between) {
  std::string out;
  for (StageId id : stages) out += (out.empty() ? "" : between) + names_of(plan.stages[id]);
  return out;
}

}  // namespace

std::string explain(const Plan& plan) {
  std::string out;
  for (const Pipeline& p : plan.pipelines) {
    out += (out.empty() ? "" : "\n") + p.source->name + ": " + names_of(plan, p.receivers, ", ");
    for (StageId id : p.processors) out += " -> " + names_of(plan.stages[id]);
    out += " -> " + names_of(plan, p.exporters, ", ") + "\n";
    for (StageId id : p.processors) {
      const Stage& stage = plan.stages[id];
      out += "  " + names_of(stage);
      if (!stage.program) out += ": passes payloads on by its own code\n";
      else if (stage.program->passes.empty()) out += ": nothing is left to do\n";
      else out += "\n" + ir::explain(*stage.program, "    ");
    }
    for (StageId id : p.exporters) {
      if (!plan.stages[id].routes) continue;
      for (const Route& r : *plan.stages[id].routes) {
        std::string to;
        for (const std::string& name : r.pipelines) to += (to.empty() ? "" : ", ") + name;
        out += "  " + names_of(plan.stages[id]) + ", to " + to + (r.program.passes.empty() ? ": everything\n" : "\n");
        out += ir::explain(r.program, "    ");
      }
    }
  }
  for (const Conditions& c : plan.conditions) {
    out += "\n" + c.setting->place + ", asked of " + std::string(ir::messages_of(c.program)) + "\n";
    for (const std::string& text : c.program.passes[0].sections[0].condition_texts) out += "  " + text + "\n";
  }
  return out;
}

}  // namespace whittle::plan
