// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_delete_matching_keys(Run* run, const Value* args, Value* out) {
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  uint32_t n = 0;
  for (uint32_t i = 0; i < m.size; ++i)
    if (!regex_match(*args[1].pattern, m.members[i].name())) m.members[n++] = m.members[i];
  *out = n == m.size ? args[0] : map(m.members, n);
  return true;
}

}  // namespace whittle::ottl
