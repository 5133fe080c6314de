// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// The id of the span's parent comes in front.
extern "C" bool rt_ottl_IsRootSpan(Run*, const Value* args, Value* out) {
  bool root = true;
  for (uint8_t b : args[0].as_bytes()) root = root && b == 0;
  *out = boolean(root);
  return true;
}

}  // namespace whittle::ottl
