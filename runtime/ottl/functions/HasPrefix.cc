// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_HasPrefix(Run* run, const Value* args, Value* out) {
  Text t, prefix;
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], prefix)) return false;
  *out = boolean(t.starts_with(prefix));
  return true;
}

}  // namespace whittle::ottl
