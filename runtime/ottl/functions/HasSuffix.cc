// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_HasSuffix(Run* run, const Value* args, Value* out) {
  Text t, suffix;
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], suffix)) return false;
  *out = boolean(t.ends_with(suffix));
  return true;
}

}  // namespace whittle::ottl
