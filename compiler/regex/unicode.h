// SPDX-License-Identifier: Apache-2.0
// Unicode tables, generated from Debian's unicode-data when whittle is built.
#pragma once

#include "compiler/regex/syntax.h"

#include <span>

namespace whittle::regex {

struct NamedClass {
  const char* name;  // "Lu", "L", "Greek"
  const Range* ranges;
  size_t count;
};

// Every general category and script, sorted by name.
std::span<const NamedClass> unicode_classes();

struct Fold {
  uint32_t from, to;  // `to` is the next code point of the same simple case folding orbit; orbits are cycles
};
std::span<const Fold> unicode_folds();  // sorted by `from`

}  // namespace whittle::regex
