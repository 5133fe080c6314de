// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Microseconds(Run* run, const Value* args, Value* out) {
  int64_t d;
  if (!want_duration(*run, args[0], d)) return false;
  *out = integer(d / 1000);
  return true;
}

}  // namespace whittle::ottl
