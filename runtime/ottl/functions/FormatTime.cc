// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/time_layout.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_FormatTime(Run* run, const Value* args, Value* out) {
  Text format;
  if (!want_time(*run, args[0]) || !want_text(*run, args[1], format)) return false;
  Writer w;
  append_time(w, args[0], format, run->arena);
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
