// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// ISO/IEC 7812-1, annex B. Spaces do not count; anything else that is no digit is a failure.
extern "C" bool rt_ottl_IsValidLuhn(Run* run, const Value* args, Value* out) {
  if (args[0].is(ValueKind::Nil)) return run->fail("the argument is nil");
  Text t;
  if (!as_text_like(*run, args[0], t)) return false;
  int sum = 0;
  bool twice = false, any = false;
  for (size_t i = t.size(); i-- > 0;) {
    if (t[i] == ' ') continue;
    if (t[i] < '0' || t[i] > '9') return run->fail("the text is no number");
    const int n = (t[i] - '0') << twice;
    sum += n > 9 ? n - 9 : n;
    twice = !twice, any = true;
  }
  *out = boolean(any && sum % 10 == 0);
  return true;
}

}  // namespace whittle::ottl
