// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_ContainsValue(Run* run, const Value* args, Value* out) {
  if (!want_list(*run, args[0])) return false;
  bool found = false;
  for (const Value& v : items_of(args[0], run->arena))
    found = found || compare(v, args[1], Comparison::Equal, run->arena);
  *out = boolean(found);
  return true;
}

}  // namespace whittle::ottl
