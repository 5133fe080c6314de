// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Keys(Run* run, const Value* args, Value* out) {
  if (!want_map(*run, args[0])) return false;
  ListMaker keys(run->arena);
  for (const Member& m : members_of(args[0], run->arena)) keys.add(text(m.name()));
  *out = keys.give(ValueKind::Slice);
  return true;
}

}  // namespace whittle::ottl
