// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_append(Run* run, const Value* args, Value* out) {
  ListMaker all(run->arena);
  const Value& old = args[0];
  if (old.is_list()) {
    for (const Value& v : items_of(old, run->arena)) all.add(v);
  } else if (old.is_map()) {
    return run->fail("nothing can be appended to a map");
  } else if (!old.is(ValueKind::Nil)) {
    all.add(old);
  }
  auto add = [&](const Value& v) {
    if (!is_raw(*run, v)) return run->fail("a value of that type cannot be appended");
    all.add(v);
    return true;
  };
  if (given(args[1]) && !add(args[1])) return false;
  if (given(args[2]))
    for (const Value& v : items_of(args[2], run->arena))
      if (!add(v)) return false;
  *out = all.give(ValueKind::Slice);
  return true;
}

}  // namespace whittle::ottl
