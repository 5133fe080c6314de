// SPDX-License-Identifier: Apache-2.0
// A header field, borrowed.
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

struct HttpHeader {
  Text name, value;
};

// The part of ASCII case folding that protocols ask for.
inline char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
inline bool equal_ignoring_case(Text a, Text b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (lower_case(a[i]) != lower_case(b[i])) return false;
  return true;
}
inline Text trim_blanks(Text t) {
  while (!t.empty() && (t.front() == ' ' || t.front() == '\t')) t.remove_prefix(1);
  while (!t.empty() && (t.back() == ' ' || t.back() == '\t')) t.remove_suffix(1);
  return t;
}

}  // namespace whittle
