// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

static bool at_path(Run& run, Value at, const Value& path, Value& out) {
  Items parts = items_of(path, run.arena);
  if (parts.size == 0) return run.fail("a path has no parts");
  for (const Value& part : parts) {
    Value next;
    if (!find(at, part.as_text(), &next)) return run.fail("an element does not have the path");
    at = next;
  }
  out = at;
  return true;
}

extern "C" bool rt_ottl_SliceToMap(Run* run, const Value* args, Value* out) {
  Items elements;
  if (!want_slice(*run, args[0], elements)) return false;
  const bool by_key = given(args[1]), by_value = given(args[2]);
  MapMaker made(run->arena);
  uint32_t index = 0;
  for (const Value& element : elements) {
    if ((by_key || by_value) && !element.is_map()) return run->fail("an element is not a map");
    Text key;
    Value value = element;
    if (by_key) {
      Value k;
      if (!at_path(*run, element, args[1], k)) return false;
      if (!k.is(ValueKind::String)) return run->fail("an element has a key that is not a string");
      key = k.as_text();
    } else {
      Writer w;
      append_uint(w, index);
      key = run->arena.copy(w.text());
    }
    if (by_value && !at_path(*run, element, args[2], value)) return false;
    made.put(key, value);
    ++index;
  }
  *out = made.give();
  return true;
}

}  // namespace whittle::ottl
