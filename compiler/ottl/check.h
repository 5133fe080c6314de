// SPDX-License-Identifier: Apache-2.0
// Resolves a tree and types it: whatever the reference refuses when it reads a config is a problem here, and what it
// takes is taken. What can be known beyond that to be pointless is a warning.
#pragma once

#include "compiler/ottl/problem.h"
#include "compiler/ottl/tree.h"

#include <vector>

namespace whittle::ottl {

// How paths say their context.
enum class Naming : uint8_t {
  Always,    // `log.body`: where the context is inferred
  May,       // `body`, or `log.body`: conditions beside a stated context
  Prefixed,  // the same for statements below a stated context: a path that begins with no context's name gets it
};

struct Language {
  Library library = Library::Standard;
  Context context = Context::Log;
  Naming naming = Naming::Always;
};

// Sets what tree.h says of nodes. Adds to `problems` everything that is wrong. True when nothing is an error.
bool check(Tree& tree, const Language& language, std::vector<Problem>& problems);

}  // namespace whittle::ottl
