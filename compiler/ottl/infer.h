// SPDX-License-Identifier: Apache-2.0
// In which context a group of statements and conditions runs that states none: the innermost that their paths name,
// if it knows their functions and enums, or one further in that does.
#pragma once

#include "compiler/ottl/problem.h"
#include "compiler/ottl/tree.h"

#include <span>

namespace whittle::ottl {

// A context that a group may run in, and whose functions its statements may call.
struct Candidate {
  Context context;
  Library library;
};

struct Inferred {
  std::optional<Context> context;
  // Without a context: the one that the paths name, where functions or enums stand in the way.
  std::optional<Context> named;
  // Why. Its place is the word that stands in the way: a path, a function, an enum of `tree`; null: there is none.
  Problem problem;
  const Tree* tree = nullptr;
};

// Trees that parse() made, before check().
Inferred infer_context(std::span<const Tree* const> trees, std::span<const Candidate> candidates);

}  // namespace whittle::ottl
