// SPDX-License-Identifier: Apache-2.0
// What a record program does, in words: what it looks at, writes and drops, and how often.
#pragma once

#include "compiler/record/ir.h"

#include <string>
#include <string_view>

namespace whittle::ir {

// A paragraph a pass, each line behind `indent`.
std::string explain(const Program& program, const std::string& indent);

// What the first pass is about: "spans", "data points".
std::string_view messages_of(const Program& program);

}  // namespace whittle::ir
