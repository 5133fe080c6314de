// SPDX-License-Identifier: Apache-2.0
// Reads .wtl text into a tree. The one door to ANTLR: no exception and no ANTLR type gets out.
#pragma once

#include "compiler/syntax/wtl_tree.h"

#include <vector>

namespace whittle::syntax {

// Reads `text` as the file `file`. Problems are added in the order of the text; the tree holds what could be read.
// Nesting deeper than 200 is a problem, not a stack overflow.
WtlFile read_wtl(source::FileId file, std::string_view text, std::vector<WtlProblem>& problems);

}  // namespace whittle::syntax
