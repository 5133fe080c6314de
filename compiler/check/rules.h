// SPDX-License-Identifier: Apache-2.0
// The rules that declarations state: `in`, `where` and `requires`.
#pragma once

#include "compiler/check/decode.h"

namespace whittle::check {

// Holds a setting's value against `in` and `where`; late and wrong values pass. `name` is what diagnostics call it.
void check_constraints(CheckContext& c, Value& v, const schema::Setting& s, const std::string& name);

// Holds a struct against its `requires`. A broken one is said at the settings that it names and that are written.
void check_requirements(CheckContext& c, Value& v);

}  // namespace whittle::check
