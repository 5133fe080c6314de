// SPDX-License-Identifier: Apache-2.0
// Settings that are declared as `conditions on CONTEXT`.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// Says what is wrong with the conditions of such a setting of the struct `of`, and what of them cannot be compiled yet.
void check_conditions(Check& check, const Value& of, std::string_view setting);

}  // namespace whittle::check
