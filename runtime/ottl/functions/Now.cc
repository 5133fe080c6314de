// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/runtime.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Now(Run* run, const Value* args, Value* out) {
  (void)args;
  *out = time_of(0, run->runtime ? run->runtime->now_ns() : 0);
  return true;
}

}  // namespace whittle::ottl
