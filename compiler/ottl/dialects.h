// SPDX-License-Identifier: Apache-2.0
// The language as other versions of contrib have it: what came, what went, and what means something else.
//
// Trees are read and checked as kOwnVersion has them; a version says what is true of such a tree elsewhere. Read off
// the modules pkg/ottl v0.100.0 to v0.163.0; for a version that is not to be had, what holds on both sides of it, and
// the more allowing where these differ.
#pragma once

#include "compiler/ottl/problem.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::ottl {

// The minor version of contrib whose language this is: 156 of 0.156.
inline constexpr uint16_t kOwnVersion = 156;
inline constexpr uint16_t kOldestVersion = 100;

// What to say of a checked tree in some version or other: each problem is of the versions that it names.
void tell_versions(const Tree& tree, std::vector<Problem>& problems);

// The versions that have a function, in words: "from 0.150 on", "up to 0.160"; empty: all of them.
std::string versions_of(std::string_view function);

// A function that later versions have and kOwnVersion has not.
struct LaterFunction {
  std::string_view name;
  uint16_t since = 0, until = 0xffff;  // the first and the last version with it
};
// Null: no version has it.
const LaterFunction* later_function(std::string_view name);

}  // namespace whittle::ottl
