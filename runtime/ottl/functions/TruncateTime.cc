// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// Down to a multiple of the duration since the beginning of the year 1, as Go's Time.Truncate: towards that beginning.
extern "C" bool rt_ottl_TruncateTime(Run* run, const Value* args, Value* out) {
  int64_t by;
  if (!want_time(*run, args[0]) || !want_duration(*run, args[1], by)) return false;
  *out = args[0];
  if (by <= 0) return true;
  constexpr int64_t kSinceYearOne = 62135596800;
  const __int128 at = (static_cast<__int128>(args[0].integer) + kSinceYearOne) * 1000000000 + args[0].size;
  const auto rest = static_cast<int64_t>(at % by);
  *out = time_of(args[0].integer - rest / 1000000000, static_cast<int64_t>(args[0].size) - rest % 1000000000,
                 args[0].detail);
  return true;
}

}  // namespace whittle::ottl
