// SPDX-License-Identifier: Apache-2.0
// Actions on the attributes of spans, log records and data points, on those that `include` and `exclude` let by.
#include "compiler/plan/plan.h"
#include "stdlib/common/attribute_actions_lower.h"
#include "stdlib/common/match_lower.h"

namespace whittle::plan {

std::optional<ir::Program> lower_processor_attributes(const check::Value& config, schema::Signal signal) {
  constexpr ottl::Context kContexts[] = {ottl::Context::Span, ottl::Context::DataPoint,
                                         ottl::Context::Log};  // by Signal
  const ottl::Context context = kContexts[static_cast<int>(signal)];
  ir::Program program;
  program.signal = signal;
  ir::Pass& pass = program.passes.emplace_back();
  pass.level = ir::level_of(context);
  ir::Section& section = pass.sections.emplace_back();
  section.errors = ottl::ErrorMode::Silent;  // what an action cannot do it leaves alone
  act_on_matching(pass, section, config, signal);
  add_attribute_actions(pass, section, context, config.at("actions"));
  return program;
}

}  // namespace whittle::plan
