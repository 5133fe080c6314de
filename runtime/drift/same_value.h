// SPDX-License-Identifier: Apache-2.0
// Whether a scalar that was given means what was compiled, by the kind of its setting: 60s and 1m, 8 and 0x8, null and
// what null stands for.
#pragma once

#include "runtime/drift/table.h"
#include "runtime/yaml/read.h"

namespace whittle::drift {

// `compiled` is the text of a node of `kind` with the flags of `tag`, its references looked up; `also` an Enum's number
// that means the same. `given` is a scalar.
bool same_value(NodeKind kind, uint8_t tag, Text compiled, Text also, const yaml::Node& given);

}  // namespace whittle::drift
