// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// What pcommon.Value.FromRaw takes: of lists and maps those of Go, and nothing else within them.
static bool from_raw(Run& run, const Value& v) {
  if (v.is(ValueKind::RawMap)) return true;
  if (!v.is(ValueKind::Array)) return !v.is_list() && !v.is_map() && storable(v);
  for (const Value& item : items_of(v, run.arena))
    if (!from_raw(run, item)) return false;
  return true;
}

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
    if (!from_raw(*run, v)) return run->fail("a value of that type cannot be appended");
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
