// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_delete_key(Run* run, const Value* args, Value* out) {
  Text key;
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m) || !want_text(*run, args[1], key)) return false;
  uint32_t n = 0;
  for (uint32_t i = 0; i < m.size; ++i)
    if (m.members[i].name() != key) m.members[n++] = m.members[i];
  *out = n == m.size ? args[0] : map(m.members, n);
  return true;
}

}  // namespace whittle::ottl
