// SPDX-License-Identifier: Apache-2.0
// Matching against the tables that the compiler made of a pattern (compiler/regex).
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

// True when the pattern matches somewhere in `text`, as Go's regexp.MatchString. Takes time linear in the text.
bool regex_match(const Regex& regex, Text text);

}  // namespace whittle
