// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"
#include "runtime/ottl/replace.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// target, mode, regex_pattern, replacement, function, replacement_format
extern "C" bool rt_ottl_replace_all_patterns(Run* run, const Value* args, Value* out) {
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  Replacement r{{}, &args[4], &args[5]};
  if (!want_text(*run, args[3], r.text)) return false;
  const Regex& pattern = *args[2].pattern;
  Captures captures(pattern, run->arena);
  bool changed = false;
  if (args[1].as_text() == Text("value")) {
    for (uint32_t i = 0; i < m.size; ++i) {
      Value& v = m.members[i].value;
      Text made;
      // Where the function fails the value stays as it was.
      if (!v.is(ValueKind::String) || !regex_match(pattern, v.as_text()) ||
          !replace_in(*run, captures, v.as_text(), r, made))
        continue;
      v = text(made);
      changed = true;
    }
    *out = changed ? map(m.members, m.size) : args[0];
    return true;
  }
  MapMaker renamed(run->arena);
  for (uint32_t i = 0; i < m.size; ++i) {
    Text key = m.members[i].name();
    if (regex_match(pattern, key)) {
      changed = true;
      // Where the function fails the entry is gone.
      if (!replace_in(*run, captures, key, r, key)) continue;
    }
    renamed.put(key, m.members[i].value);
  }
  *out = changed ? renamed.give() : args[0];
  return true;
}

}  // namespace whittle::ottl
