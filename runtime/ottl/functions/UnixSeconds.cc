// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_UnixSeconds(Run* run, const Value* args, Value* out) {
  if (!want_time(*run, args[0])) return false;
  *out = integer(args[0].integer);
  return true;
}

}  // namespace whittle::ottl
