// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

static bool edit_check(Run& run, const Value& v) {
  return v.is_map() || run.fail("the target is not a map");
}

extern "C" bool rt_ottl_merge_maps(Run* run, const Value* args, Value* out) {
  Text strategy;
  if (!want_text(*run, args[2], strategy)) return false;
  if (!edit_check(*run, args[0]) || !want_map(*run, args[1])) return false;
  MapMaker merged(run->arena);
  for (const Member& m : members_of(args[0], run->arena)) merged.put(m.name(), m.value);
  for (const Member& m : members_of(args[1], run->arena)) {
    const bool there = merged.find(m.name()) != nullptr;
    if (there ? strategy != "insert" : strategy != "update") merged.put(m.name(), m.value);
  }
  *out = merged.give();
  return true;
}

}  // namespace whittle::ottl
