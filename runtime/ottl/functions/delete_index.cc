// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_delete_index(Run* run, const Value* args, Value* out) {
  int64_t start, end;
  if (!args[0].is_list()) return run->fail("the target is not a list");
  Items items = items_of(args[0], run->arena);
  if (!want_int(*run, args[1], start)) return false;
  end = start + 1;
  if (given(args[2]) && !want_int(*run, args[2], end)) return false;
  const auto size = static_cast<int64_t>(items.size);
  if (start == 0 && end == size) {
    *out = list(nullptr, 0, ValueKind::Slice);
    return true;
  }
  if (start < 0 || start >= size) return run->fail("the start is out of bounds");
  if (end < start) return run->fail("the end is before the start");
  if (end > size) return run->fail("the end is out of bounds");
  ListMaker left(run->arena);
  for (int64_t i = 0; i < size; ++i)
    if (i < start || i >= end) left.add(items[static_cast<uint32_t>(i)]);
  *out = start == end ? args[0] : left.give(ValueKind::Slice);
  return true;
}

}  // namespace whittle::ottl
