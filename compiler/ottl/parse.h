// SPDX-License-Identifier: Apache-2.0
// From text to tree. Syntax only: whether paths, functions and types are right is check.h's business.
#pragma once

#include "compiler/ottl/problem.h"
#include "compiler/ottl/tree.h"

namespace whittle::ottl {

// Deepest nesting of parentheses, brackets and calls, and most steps that reading one text may take.
inline constexpr int kMaxNesting = 100;
inline constexpr int kMostSteps = 1 << 20;

// Reads `text` as the reference's grammar does. Without a tree, `problem` says what is wrong, and where.
std::optional<Tree> parse(std::string_view text, Unit unit, Problem& problem);

}  // namespace whittle::ottl
