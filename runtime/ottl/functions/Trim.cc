// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Trim(Run* run, const Value* args, Value* out) {
  Text t, cut = " ";
  if (!want_text(*run, args[0], t)) return false;
  if (given(args[1])) cut = args[1].as_text();
  // Both ends, of any of the characters.
  auto in_cut = [&](Text rune) { return cut.find(rune) != Text::npos; };
  while (!t.empty()) {
    size_t n = 1;
    while (n < t.size() && !begins_rune(t[n])) ++n;
    if (!in_cut(t.substr(0, n))) break;
    t.remove_prefix(n);
  }
  while (!t.empty()) {
    size_t n = 1;
    while (n < t.size() && !begins_rune(t[t.size() - n])) ++n;
    if (!in_cut(t.substr(t.size() - n))) break;
    t.remove_suffix(n);
  }
  *out = text(t);
  return true;
}

}  // namespace whittle::ottl
