// SPDX-License-Identifier: Apache-2.0
// Lists of attribute_action as statements, each on the attributes of one context. What they do follows contrib's
// internal/coreinternal/attraction.
#pragma once

#include "compiler/record/emit.h"

namespace whittle::plan {

void add_attribute_actions(ir::Pass& pass, ir::Section& section, ottl::Context context, const check::Value& actions);

}  // namespace whittle::plan
