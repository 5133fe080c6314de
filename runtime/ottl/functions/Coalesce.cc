// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Coalesce(Run* run, const Value* args, Value* out) {
  Items values = items_of(args[0], run->arena);
  *out = nil();
  for (const Value& v : values) {
    if (v.is(ValueKind::Nil)) continue;
    *out = v;
    break;
  }
  return true;
}

}  // namespace whittle::ottl
