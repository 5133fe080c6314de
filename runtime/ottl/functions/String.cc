// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_String(Run* run, const Value* args, Value* out) {
  Text t;
  if (args[0].is(ValueKind::Nil)) {
    *out = nil();
    return true;
  }
  if (!as_text_like(*run, args[0], t)) return false;
  *out = text(t);
  return true;
}

}  // namespace whittle::ottl
