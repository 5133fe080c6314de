// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

#include "runtime/base/utf8.h"

namespace whittle::ottl {

namespace {

// Unicode's property White_Space.
bool is_space(uint32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace

Text trim_space(Text t) {
  size_t width;
  while (!t.empty() && is_space(code_point_at(t, 0, width))) t.remove_prefix(width);
  while (!t.empty()) {
    size_t at = t.size() - 1;
    while (at > 0 && !begins_rune(t[at])) --at;
    if (!is_space(code_point_at(t, at, width)) || at + width != t.size()) break;
    t.remove_suffix(width);
  }
  return t;
}

}  // namespace whittle::ottl
