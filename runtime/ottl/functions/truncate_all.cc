// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_truncate_all(Run* run, const Value* args, Value* out) {
  int64_t limit = args[1].integer;
  const bool whole_runes = !given(args[2]) || args[2].integer;
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  bool changed = false;
  for (uint32_t i = 0; i < m.size; ++i) {
    Value& v = m.members[i].value;
    if (!v.is(ValueKind::String) || static_cast<int64_t>(v.size) <= limit) continue;
    auto n = static_cast<uint32_t>(limit);
    while (whole_runes && n > 0 && !begins_rune(v.text[n])) --n;
    v.size = n;
    changed = true;
  }
  *out = changed ? map(m.members, m.size) : args[0];
  return true;
}

}  // namespace whittle::ottl
