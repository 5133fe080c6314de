// SPDX-License-Identifier: Apache-2.0
// Where a match ends that begins at a known place.
#pragma once

#include "compiler/regex/dfa.h"

namespace whittle::regex {

// Fills `t.ends` for a program that marks groups, as abi.h's Regex has it; leaves it empty where that would be large.
// The byte classes of the DFA must be there.
void add_ends(Tables& t);

}  // namespace whittle::regex
