// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Index(Run* run, const Value* args, Value* out) {
  if (args[0].is(ValueKind::String)) {
    if (!args[1].is(ValueKind::String)) return run->fail("the value is not a string");
    const size_t at = args[0].as_text().find(args[1].as_text());
    *out = integer(at == Text::npos ? -1 : static_cast<int64_t>(at));
    return true;
  }
  Items items;
  if (!want_slice(*run, args[0], items)) return false;
  *out = integer(-1);
  for (uint32_t i = 0; i < items.size; ++i) {
    if (!compare(items[i], args[1], Comparison::Equal, run->arena)) continue;
    *out = integer(i);
    break;
  }
  return true;
}

}  // namespace whittle::ottl
