// SPDX-License-Identifier: Apache-2.0
// UTF-8: is it valid, making it so, and code points.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <string.h>

namespace whittle {

// The length of the longest valid prefix of `b` (its size when all of it is valid).
size_t utf8_valid_prefix(Bytes b);

// Appends `b` with U+FFFD in place of each byte that is not part of a valid sequence.
void append_valid_utf8(Writer& out, Bytes b);

// True when all bytes are ASCII.
inline bool is_ascii(const uint8_t* p, size_t n) {
  auto word = [](const uint8_t* at) {
    uint64_t v;
    memcpy(&v, at, 8);
    return v;
  };
  constexpr uint64_t kHigh = 0x8080808080808080;
  if (n < 8) {
    if (n >= 4) {
      uint32_t a, b;
      memcpy(&a, p, 4);
      memcpy(&b, p + n - 4, 4);
      return ((a | b) & 0x80808080) == 0;
    }
    return n == 0 || (p[0] | p[n / 2] | p[n - 1]) < 0x80;
  }
  uint64_t all = word(p + n - 8);
  for (; n >= 16; p += 16, n -= 16) all |= word(p) | word(p + 8);
  if (n >= 8) all |= word(p);
  return (all & kHigh) == 0;
}

// Appends a code point, at most U+10FFFF.
void append_code_point(Writer& out, uint32_t c);

// The code point that begins at `at`, which is within the text, and how many bytes it has. A byte that begins none that
// is there whole stands for itself.
uint32_t code_point_at(Text t, size_t at, size_t& width);

inline bool is_utf8(Bytes b) {
  return is_ascii(b.data(), b.size()) || utf8_valid_prefix(b) == b.size();
}

}  // namespace whittle
