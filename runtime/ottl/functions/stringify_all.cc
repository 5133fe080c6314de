// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_stringify_all(Run* run, const Value* args, Value* out) {
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  bool changed = false;
  for (uint32_t i = 0; i < m.size; ++i) {
    Value& v = m.members[i].value;
    if (v.is(ValueKind::String)) continue;
    Writer w;
    append_as_string(w, v);
    v = made_text(*run, w);
    changed = true;
  }
  *out = changed ? map(m.members, m.size) : args[0];
  return true;
}

}  // namespace whittle::ottl
