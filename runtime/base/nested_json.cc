// SPDX-License-Identifier: Apache-2.0
// A character is escaped for the document and what that gives once more for the string around it.
#include "runtime/base/nested_json.h"

#include <string.h>

namespace whittle {

static constexpr size_t kPiece = 1024;

static inline bool plain(uint64_t v) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  auto zero = [](uint64_t x) { return (x - kOnes) & ~x; };
  return ((zero(v ^ kOnes * '"') | zero(v ^ kOnes * '\\') | zero(v ^ kOnes * 0xE2) | ((v - kOnes * 0x20) & ~v)) &
          kHigh) == 0;
}

void append_nested_escaped(Writer& out, Text t) {
  while (t.size() > kPiece) {
    size_t n = kPiece;
    while (n > kPiece - 3 && (t[n] & 0xC0) == 0x80) --n;  // not within a character
    append_nested_escaped(out, t.substr(0, n));
    t.remove_prefix(n);
  }
  const char* p = t.data();
  const char* end = p + t.size();
  uint8_t* q = out.room(t.size() * 7 + 8);
  for (;;) {
    while (end - p >= 8) {
      uint64_t v;
      memcpy(&v, p, 8);
      if (!plain(v)) break;
      memcpy(q, &v, 8);
      p += 8, q += 8;
    }
    if (p == end) break;
    for (int i = 0; i < 8 && p < end; ++i) {
      uint8_t c = static_cast<uint8_t>(*p++);
      if (c >= 0x20 && c != '"' && c != '\\') {
        if (c == 0xE2 && end - p >= 2 && p[0] == '\x80' && (p[1] == '\xA8' || p[1] == '\xA9')) {
          memcpy(q, p[1] == '\xA8' ? "\\\\u2028" : "\\\\u2029", 7);
          p += 2, q += 7;
          continue;
        }
        *q++ = c;
        continue;
      }
      *q++ = '\\';
      *q++ = '\\';
      switch (c) {
      case '"':
      case '\\':
        *q++ = '\\';
        *q++ = c;
        break;
      case '\n': *q++ = 'n'; break;
      case '\r': *q++ = 'r'; break;
      case '\t': *q++ = 't'; break;
      case '\b': *q++ = 'b'; break;
      case '\f': *q++ = 'f'; break;
      default: {
        static constexpr char kHex[] = "0123456789abcdef";
        memcpy(q, "u00", 3);
        q[3] = static_cast<uint8_t>(kHex[c >> 4]);
        q[4] = static_cast<uint8_t>(kHex[c & 15]);
        q += 5;
      }
      }
    }
  }
  out.advance(static_cast<size_t>(q - (out.data() + out.size())));
}

size_t nested_size(Text nested) {
  size_t n = 0;
  for (size_t i = 0; i < nested.size(); ++i, ++n)
    if (nested[i] == '\\') ++i;
  return n;
}

void NestedJson::real(double v) {
  if (v != v) put<"'NaN'">();
  else if (v - v != 0) v > 0 ? put<"'Infinity'">() : put<"'-Infinity'">();
  else append_double(out, v);
}

}  // namespace whittle
