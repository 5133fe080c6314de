// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Split(Run* run, const Value* args, Value* out) {
  Text t, by;
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], by)) return false;
  ListMaker parts(run->arena);
  if (by.empty()) {
    // Between characters.
    for (size_t i = 0; i < t.size();) {
      size_t n = 1;
      while (i + n < t.size() && !begins_rune(t[i + n])) ++n;
      parts.add(text(t.substr(i, n)));
      i += n;
    }
  } else {
    for (size_t at; (at = t.find(by)) != Text::npos; t.remove_prefix(at + by.size())) parts.add(text(t.substr(0, at)));
    parts.add(text(t));
  }
  *out = parts.give(ValueKind::Strings);
  return true;
}

}  // namespace whittle::ottl
