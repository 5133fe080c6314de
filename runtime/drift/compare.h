// SPDX-License-Identifier: Apache-2.0
// A config that was given, held against the one that the collector was compiled from. What means the same is the same:
// order and comments, what is left out and is the default, 60s and 1m, 8 and 0x8, `${env:X}` and what X holds.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"
#include "runtime/yaml/read.h"

namespace whittle::drift {

struct Difference {
  Text path;             // "processors::batch::timeout"
  Text compiled, given;  // as they are to be shown; secrets are "(hidden)"
};
using Tell = void (*)(void* context, const Difference& difference);

// Tells each difference and returns how many there are. `table` is what the compiler wrote; `given` is a mapping or
// null, its keys taken apart (split_keys.h). References are looked up in the environment.
uint32_t compare(Bytes table, const yaml::Node* given, Arena& arena, Tell tell, void* context);

}  // namespace whittle::drift
