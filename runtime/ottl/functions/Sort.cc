// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

#include <algorithm>

namespace whittle::ottl {

extern "C" bool rt_ottl_Sort(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  if (!v.is_list()) return run->fail("the argument is not a list");
  const bool down = given(args[1]) && args[1].as_text() == "desc";
  Items items = items_of(v, run->arena);
  if (v.is(ValueKind::Array))
    for (const Value& item : items)
      if (!storable(item)) return run->fail("an element cannot be sorted");
  auto* sorted = run->arena.array<Value>(items.size);
  std::copy(items.begin(), items.end(), sorted);
  *out = v.is(ValueKind::Array) ? list(sorted, items.size, ValueKind::Slice) : v;
  if (items.size == 0) return true;
  bool texts = false, doubles = false, ints = false;
  for (const Value& item : items) {
    switch (item.kind) {
    case ValueKind::Int: ints = true; break;
    case ValueKind::Double: doubles = true; break;
    case ValueKind::String:
    case ValueKind::Bool:
    case ValueKind::Nil: texts = true; break;
    default: return true;  // lists of other things stay as they are
    }
  }
  for (uint32_t i = 0; i < items.size; ++i) {
    if (texts) {
      Writer w;
      append_as_string(w, sorted[i]);
      sorted[i] = made_text(*run, w);
    } else if (doubles && sorted[i].is(ValueKind::Int)) {
      sorted[i] = real(static_cast<double>(sorted[i].integer));
    }
  }
  (void)ints;
  std::sort(sorted, sorted + items.size, [&](const Value& a, const Value& b) {
    return compare(down ? b : a, down ? a : b, Comparison::Less, run->arena);
  });
  const bool typed = v.is(ValueKind::Strings) || v.is(ValueKind::Ints) || v.is(ValueKind::Doubles);
  *out = list(sorted, items.size, typed ? v.kind : ValueKind::Array);
  return true;
}

}  // namespace whittle::ottl
