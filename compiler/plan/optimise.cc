// SPDX-License-Identifier: Apache-2.0
// Record programs that are neighbours in a pipeline become one, and then each is rewritten (compiler/record/rewrite.h).
#include "compiler/plan/plan.h"
#include "compiler/record/visit.h"

#include <algorithm>

namespace whittle::plan {

namespace {

// What is said of a setting that is known only at the start names one processor.
bool has_settings(const ir::Program& program) {
  bool any = false;
  for (const ir::Pass& pass : program.passes)
    ir::each_instruction(pass, [&](const ir::Instruction& i) { any |= i.op == ir::Op::Setting; });
  return any;
}

void join_neighbours(Plan& plan, Pipeline& pipeline) {
  std::vector<StageId> left;
  for (StageId id : pipeline.processors) {
    Stage& stage = plan.stages[id];
    Stage* before = left.empty() ? nullptr : &plan.stages[left.back()];
    if (!before || !before->program || !stage.program || has_settings(*stage.program)) {
      left.push_back(id);
      continue;
    }
    std::ranges::move(stage.program->passes, std::back_inserter(before->program->passes));
    stage.program->passes.clear();
    before->joined.push_back(stage.instance);
  }
  pipeline.processors = std::move(left);
}

}  // namespace

std::string optimise(Plan& plan, std::span<const ir::Rewrite* const> wanted) {
  if (std::ranges::find(wanted, "fuse", &ir::Rewrite::name) != wanted.end())
    for (Pipeline& p : plan.pipelines) join_neighbours(plan, p);
  for (Stage& stage : plan.stages) {
    std::string fault;
    if (stage.program) fault = ir::rewrite(*stage.program, wanted);
    if (stage.routes)
      for (Route& r : *stage.routes)
        if (fault.empty()) fault = ir::rewrite(r.program, wanted);
    if (!fault.empty()) return "the program of `" + stage.instance->id + "`: " + fault;
  }
  // Their messages are opened by whoever asks, whatever is asked of them next.
  std::vector<const ir::Rewrite*> within;
  for (const ir::Rewrite* r : wanted)
    if (!r->opens_messages) within.push_back(r);
  for (Conditions& c : plan.conditions)
    if (std::string fault = ir::rewrite(c.program, within); !fault.empty()) return "conditions: " + fault;
  return "";
}

}  // namespace whittle::plan
