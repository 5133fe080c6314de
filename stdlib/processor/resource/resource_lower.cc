// SPDX-License-Identifier: Apache-2.0
// Actions on the attributes of resources: a pass that looks at nothing below them.
#include "compiler/plan/plan.h"
#include "stdlib/common/attribute_actions_lower.h"

namespace whittle::plan {

std::optional<ir::Program> lower_processor_resource(const check::Value& config, schema::Signal signal) {
  ir::Program program;
  program.signal = signal;
  ir::Pass& pass = program.passes.emplace_back();
  pass.level = ir::Level::Resource;
  ir::Section& section = pass.sections.emplace_back();
  section.errors = ottl::ErrorMode::Silent;
  add_attribute_actions(pass, section, ottl::Context::Resource, config.at("attributes"));
  return program;
}

}  // namespace whittle::plan
