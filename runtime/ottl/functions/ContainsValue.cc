// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_ContainsValue(Run* run, const Value* args, Value* out) {
  Items items;
  if (!want_slice(*run, args[0], items)) return false;
  bool found = false;
  for (const Value& v : items) found = found || compare(v, args[1], Comparison::Equal, run->arena);
  *out = boolean(found);
  return true;
}

}  // namespace whittle::ottl
