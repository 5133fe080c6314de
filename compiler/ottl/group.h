// SPDX-License-Identifier: Apache-2.0
// Statements and conditions that run together: one context, one error mode, one cache a record. What the checks of
// processors report on and what their lowering is given.
#pragma once

#include "compiler/ottl/check.h"
#include "compiler/ottl/infer.h"

namespace whittle::ottl {

enum class ErrorMode : uint8_t { Ignore, Silent, Propagate };

struct Group {
  Context context = Context::Resource;
  ErrorMode errors = ErrorMode::Ignore;
  std::vector<Tree> conditions;  // one of them must hold; none: always
  std::vector<Tree> statements;  // in their order; none for a filter
};

}  // namespace whittle::ottl
