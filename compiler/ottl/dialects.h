// SPDX-License-Identifier: Apache-2.0
// The language as other versions of contrib have it: what came, what went, and what means something else.
//
// Trees are read and checked as kOwnVersion has them; a version says what is true of such a tree elsewhere. Read off
// the modules pkg/ottl, transformprocessor and filterprocessor v0.80.0 to v0.163.0; for a version that is not to be
// had, what holds on both sides of it, and the more allowing where these differ.
#pragma once

#include "compiler/ottl/check.h"
#include "compiler/ottl/problem.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::ottl {

// The minor version of contrib whose language this is: 156 of 0.156.
inline constexpr uint16_t kOwnVersion = 156;
inline constexpr uint16_t kOldestVersion = 80;

// Versions from which on a path may begin with the name of the context that it runs in anyway: `log.body`.
inline constexpr uint16_t kNamesInStatements = 119;  // of the transform processor, which infers contexts since then
inline constexpr uint16_t kNamesInConditions = 122;  // below the name of a context

// What to say of a checked tree in some version or other: each problem is of the versions that it names. `names` is
// one of the above, or 0 where they have to.
void tell_versions(const Tree& tree, uint16_t names, std::vector<Problem>& problems);

// The versions that have a function, in words: "from 0.150 on", "up to 0.160"; empty: all of them.
std::string versions_of(std::string_view function);

// A function that later versions have and kOwnVersion has not.
struct LaterFunction {
  std::string_view name;
  uint16_t since = 0, until = 0xffff;  // the first and the last version with it
};
// Null: no version has it.
const LaterFunction* later_function(std::string_view name);

// The first version with an argument of a function that kOwnVersion has not got; of any name, if none is said. 0: no
// version has it.
uint16_t later_argument(std::string_view function, std::string_view name);

// The last version that has a function in `context`, where kOwnVersion has it in others only. 0: none has.
uint16_t known_elsewhere_until(std::string_view function, Context context);

}  // namespace whittle::ottl
