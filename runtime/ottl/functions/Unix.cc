// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Unix(Run* run, const Value* args, Value* out) {
  int64_t seconds, nanoseconds = 0;
  if (!want_int(*run, args[0], seconds)) return false;
  if (given(args[1]) && !want_int(*run, args[1], nanoseconds)) return false;
  *out = time_of(seconds, nanoseconds);
  return true;
}

}  // namespace whittle::ottl
