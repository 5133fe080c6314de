// SPDX-License-Identifier: Apache-2.0
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#include "runtime/base/utf8.h"

namespace whittle {

// The size of the valid sequence that begins at `p`, or 0.
static size_t sequence(const uint8_t* p, size_t left) {
  uint8_t a = p[0];
  if (a < 0x80) return 1;
  auto follows = [&](size_t i) { return (p[i] & 0xC0) == 0x80; };
  if (a < 0xC2) return 0;
  if (a < 0xE0) return left >= 2 && follows(1) ? 2 : 0;
  if (a < 0xF0) {
    if (left < 3 || !follows(1) || !follows(2)) return 0;
    if (a == 0xE0 && p[1] < 0xA0) return 0;  // overlong
    if (a == 0xED && p[1] > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (a > 0xF4 || left < 4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  if (a == 0xF0 && p[1] < 0x90) return 0;
  if (a == 0xF4 && p[1] > 0x8F) return 0;
  return 4;
}

size_t utf8_valid_prefix(Bytes b) {
  size_t i = 0, n = b.size();
  while (i < n) {
    while (i + 16 <= n && is_ascii(b.data() + i, 16)) i += 16;
    if (i == n) break;
    size_t s = sequence(b.data() + i, n - i);
    if (s == 0) break;
    i += s;
  }
  return i;
}

void append_valid_utf8(Writer& out, Bytes b) {
  for (;;) {
    size_t good = utf8_valid_prefix(b);
    out.append(b.first(good));
    if (good == b.size()) return;
    out.append(Text("\xEF\xBF\xBD"));
    b = b.subspan(good + 1);
  }
}

void append_code_point(Writer& out, uint32_t c) {
  if (c < 0x80) return out.byte(static_cast<uint8_t>(c));
  if (c < 0x800) {
    out.byte(static_cast<uint8_t>(0xC0 | c >> 6));
  } else {
    if (c < 0x10000) {
      out.byte(static_cast<uint8_t>(0xE0 | c >> 12));
    } else {
      out.byte(static_cast<uint8_t>(0xF0 | c >> 18));
      out.byte(static_cast<uint8_t>(0x80 | (c >> 12 & 63)));
    }
    out.byte(static_cast<uint8_t>(0x80 | (c >> 6 & 63)));
  }
  out.byte(static_cast<uint8_t>(0x80 | (c & 63)));
}

uint32_t code_point_at(Text t, size_t at, size_t& width) {
  const auto* p = reinterpret_cast<const uint8_t*>(t.data()) + at;
  width = sequence(p, t.size() - at);
  if (width < 2) return width = 1, p[0];
  uint32_t c = p[0] & (0xFFu >> (width + 1));
  for (size_t k = 1; k < width; ++k) c = c << 6 | (p[k] & 63);
  return c;
}

}  // namespace whittle
