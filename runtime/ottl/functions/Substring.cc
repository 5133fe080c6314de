// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Substring(Run* run, const Value* args, Value* out) {
  int64_t start, length;
  Text t;
  if (!want_int(*run, args[1], start)) return false;
  if (start < 0) return run->fail("the start is negative");
  if (!want_int(*run, args[2], length)) return false;
  if (length <= 0) return run->fail("the length is not positive");
  if (!want_text(*run, args[0], t)) return false;
  const auto size = static_cast<int64_t>(t.size());
  if (start > size || length > size - start) return run->fail("the range is beyond the end of the text");
  auto from = static_cast<size_t>(start), to = static_cast<size_t>(start + length);
  if (given(args[3]) && args[3].integer) {
    while (from < t.size() && !begins_rune(t[from])) ++from;
    while (from < to && to < t.size() && !begins_rune(t[to])) --to;
    if (to < from) to = from;
  }
  *out = text(t.substr(from, to - from));
  return true;
}

}  // namespace whittle::ottl
