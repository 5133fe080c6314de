// SPDX-License-Identifier: Apache-2.0
// `::` in keys of the config itself and of its components stands for nesting, as the Collector has it: `a::b: 1` is
// `a: {b: 1}`.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/yaml/read.h"

namespace whittle::drift {

// Returns the config with such keys taken apart; null, with a reason in `why`, beyond the limits of yaml::merge.
const yaml::Node* split_keys(const yaml::Node* config, Arena& arena, Writer& why);

}  // namespace whittle::drift
