// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_UnixMicro(Run* run, const Value* args, Value* out) {
  if (!want_time(*run, args[0])) return false;
  *out = integer(static_cast<int64_t>(static_cast<uint64_t>(args[0].integer) * 1'000'000 + args[0].size / 1000));
  return true;
}

}  // namespace whittle::ottl
