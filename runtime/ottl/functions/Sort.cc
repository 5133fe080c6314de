// SPDX-License-Identifier: Apache-2.0
// Sort: a list in order, by what its elements have in common: ints, numbers, or texts.
#include "runtime/ottl/sequence.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

// An element, and what it is sorted by.
struct Keyed {
  Value by;
  Value element;
};

// What elements have in common: ints, numbers, or texts. False: something that is not sorted.
bool common_kind(Items items, ValueKind& out) {
  bool texts = false, doubles = false;
  for (const Value& item : items) {
    switch (item.kind) {
    case ValueKind::Int: break;
    case ValueKind::Double: doubles = true; break;
    case ValueKind::String:
    case ValueKind::Bool:
    case ValueKind::Nil: texts = true; break;
    default: return false;
    }
  }
  out = texts ? ValueKind::String : doubles ? ValueKind::Double : ValueKind::Int;
  return true;
}

}  // namespace

extern "C" bool rt_ottl_Sort(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  if (!v.is_list() || v.is(ValueKind::Counts)) return run->fail("the argument is not a list that can be sorted");
  const bool down = given(args[1]) && args[1].as_text() == "desc";
  Items items = items_of(v, run->arena);
  if (v.is(ValueKind::Array) && !is_raw(*run, v)) return run->fail("an element cannot be sorted");
  const bool typed = v.is(ValueKind::Strings) || v.is(ValueKind::Ints) || v.is(ValueKind::Doubles);
  *out = v.is(ValueKind::Array) ? list(items.first, items.size, ValueKind::Slice) : v;
  ValueKind kind;
  if (items.size == 0 || !common_kind(items, kind)) return true;
  auto* keyed = run->arena.array<Keyed>(items.size);
  for (uint32_t i = 0; i < items.size; ++i) {
    keyed[i] = {items[i], items[i]};
    if (kind == ValueKind::String) {
      Writer w;
      append_as_string(w, items[i]);
      keyed[i].by = made_text(*run, w);
    } else if (kind == ValueKind::Double && items[i].is(ValueKind::Int)) {
      keyed[i].by = real(static_cast<double>(items[i].integer));
    }
  }
  std::sort(keyed, keyed + items.size, [&](const Keyed& a, const Keyed& b) {
    return compare(down ? b.by : a.by, down ? a.by : b.by, Comparison::Less, run->arena);
  });
  auto* sorted = run->arena.array<Value>(items.size);
  for (uint32_t i = 0; i < items.size; ++i) sorted[i] = keyed[i].element;
  *out = list(sorted, items.size, typed ? v.kind : ValueKind::Array);
  return true;
}

}  // namespace whittle::ottl
