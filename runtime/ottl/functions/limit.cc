// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_limit(Run* run, const Value* args, Value* out) {
  const int64_t most = args[1].integer;
  Items keep = items_of(args[2], run->arena);
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  *out = args[0];
  if (static_cast<int64_t>(m.size) <= most) return true;
  auto wanted = [&](const Member& member) {
    for (const Value& k : keep)
      if (k.as_text() == member.name()) return true;
    return false;
  };
  int64_t count = 0;
  for (uint32_t i = 0; i < m.size; ++i) count += wanted(m.members[i]);
  uint32_t n = 0;
  for (uint32_t i = 0; i < m.size; ++i) {
    if (!wanted(m.members[i])) {
      if (count >= most) continue;
      ++count;
    }
    m.members[n++] = m.members[i];
  }
  *out = map(m.members, n);
  return true;
}

}  // namespace whittle::ottl
