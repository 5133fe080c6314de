// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// What each action of `actions`, a list of `attribute_action` among the settings of `instance`, needs and does not
// take.
void check_attribute_actions(Check& check, const Instance& instance, const Value& actions);

}  // namespace whittle::check
