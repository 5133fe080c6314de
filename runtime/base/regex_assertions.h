// SPDX-License-Identifier: Apache-2.0
// What holds between two bytes of a text: the assertions of regular expressions, as RegexInstruction numbers them.
#pragma once

#include <stdint.h>

namespace whittle {

inline bool word_byte(int b) {
  return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || b == '_' || (b >= 'a' && b <= 'z');
}

// Between `before` and `after`; -1 stands for an end of the text. Within a character nothing holds.
inline uint32_t assertions_between(int before, int after) {
  if (after >= 0 && (after & 0xC0) == 0x80) return 0;
  const bool boundary = word_byte(before) != word_byte(after);
  return (before < 0 ? 1u | 4u : 0) | (before == '\n' ? 4u : 0) | (after < 0 ? 2u | 8u : 0) | (after == '\n' ? 8u : 0) |
         (boundary ? 16u : 32u);
}

// What assertions can know of a byte that stands in front; -1: the text begins.
inline uint32_t regex_before(int byte) {
  return byte < 0 ? 0 : byte == '\n' ? 1 : word_byte(byte) ? 2 : 3;
}

}  // namespace whittle
