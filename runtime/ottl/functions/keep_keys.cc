// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_keep_keys(Run* run, const Value* args, Value* out) {
  Items keys;
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m) || !want_texts(*run, args[1], keys)) return false;
  uint32_t n = 0;
  for (uint32_t i = 0; i < m.size; ++i) {
    bool kept = false;
    for (const Value& k : keys) kept = kept || k.as_text() == m.members[i].name();
    if (kept) m.members[n++] = m.members[i];
  }
  *out = n == m.size ? args[0] : map(m.members, n);
  return true;
}

}  // namespace whittle::ottl
