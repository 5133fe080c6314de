// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_IsInt(Run* run, const Value* args, Value* out) {
  (void)run;
  *out = boolean(args[0].is(ValueKind::Int) && args[0].detail == 0);
  return true;
}

}  // namespace whittle::ottl
