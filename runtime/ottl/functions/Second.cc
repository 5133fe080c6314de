// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Second(Run* run, const Value* args, Value* out) {
  if (!want_time(*run, args[0])) return false;
  *out = integer(static_cast<int64_t>(civil_of(args[0]).second));
  return true;
}

}  // namespace whittle::ottl
