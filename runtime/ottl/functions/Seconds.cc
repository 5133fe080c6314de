// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Seconds(Run* run, const Value* args, Value* out) {
  int64_t d;
  if (!want_duration(*run, args[0], d)) return false;
  // Whole units and the rest apart, as Go does it.
  const auto unit = static_cast<int64_t>(1e9);
  *out = real(static_cast<double>(d / unit) + static_cast<double>(d % unit) / 1e9);
  return true;
}

}  // namespace whittle::ottl
