// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"
#include "runtime/ottl/replace.h"

namespace whittle::ottl {

namespace {

// Puts a value at a key; of equal keys the last value counts, at the first one's place.
void put(Member* members, uint32_t& size, Text key, const Value& value) {
  for (uint32_t i = 0; i < size; ++i)
    if (members[i].name() == key) {
      members[i].value = value;
      return;
    }
  members[size++] = {key.data(), static_cast<uint32_t>(key.size()), 0, value};
}

}  // namespace

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
  auto* members = run->arena.array<Member>(m.size);
  uint32_t size = 0;
  for (uint32_t i = 0; i < m.size; ++i) {
    Text key = m.members[i].name();
    if (regex_match(pattern, key)) {
      changed = true;
      // Where the function fails the entry is gone.
      if (!replace_in(*run, captures, key, r, key)) continue;
    }
    put(members, size, key, m.members[i].value);
  }
  *out = changed ? map(members, size) : args[0];
  return true;
}

}  // namespace whittle::ottl
