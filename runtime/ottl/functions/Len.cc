// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Len(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  if (v.is(ValueKind::String)) *out = integer(v.size);
  else if (v.is(ValueKind::Bytes) || v.is_map() || v.is_list()) *out = integer(length_of(v));
  else return run->fail("the argument has no length");
  return true;
}

}  // namespace whittle::ottl
