// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"
#include "runtime/ottl/replace.h"

namespace whittle::ottl {

// target, pattern, replacement, function, replacement_format
extern "C" bool rt_ottl_replace_all_matches(Run* run, const Value* args, Value* out) {
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  Replacement r{{}, &args[3], &args[4]};
  if (!want_text(*run, args[2], r.text) || !finish_replacement(*run, r, r.text)) return false;
  bool changed = false;
  for (uint32_t i = 0; i < m.size; ++i) {
    Value& v = m.members[i].value;
    if (!v.is(ValueKind::String) || !regex_match(*args[1].pattern, v.as_text())) continue;
    v = text(r.text);
    changed = true;
  }
  *out = changed ? map(m.members, m.size) : args[0];
  return true;
}

}  // namespace whittle::ottl
