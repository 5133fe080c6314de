// SPDX-License-Identifier: Apache-2.0
// Escaping looks at eight bytes at a time: most text needs none. For a document that travels as a string, a character
// is escaped for the document and what that gives once more for the string around it, in one pass.
#include "runtime/base/json.h"

#include "base/json.h"
#include "runtime/base/nested_json.h"
#include "runtime/base/utf8.h"

#include <string.h>

namespace whittle {

// How much is escaped at a time, so that room for the worst case is not much.
static constexpr size_t kPiece = 1024;

static constexpr char kHex[] = "0123456789abcdef";

// Non-zero when one of the eight bytes is a control character, a quote, a backslash or may begin a line separator.
static inline uint64_t needs_escape(uint64_t v) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  auto zero = [](uint64_t x) { return (x - kOnes) & ~x; };
  return (zero(v ^ kOnes * '"') | zero(v ^ kOnes * '\\') | zero(v ^ kOnes * 0xE2) | ((v - kOnes * 0x20) & ~v)) & kHigh;
}

// What stands for an escape in a document that is a string itself: its backslash and a quote or backslash behind it are
// escaped once more.
static uint8_t* put_nested(uint8_t* q, const JsonEscape& e) {
  *q++ = '\\';
  *q++ = '\\';
  if (e.text[1] == '"' || e.text[1] == '\\') *q++ = '\\';
  memcpy(q, e.text + 1, sizeof e.text - 1);  // of a fixed size: what is behind e.size is written over
  return q + e.size - 1;
}

template <bool kNested>
static void append_escaped(Writer& out, Text t) {
  constexpr size_t kMost = kNested ? 7 : 6;  // bytes that one becomes
  while (t.size() > kPiece) {
    size_t n = kPiece;
    while (n > kPiece - 3 && (t[n] & 0xC0) == 0x80) --n;  // not within a character
    append_escaped<kNested>(out, t.substr(0, n));
    t.remove_prefix(n);
  }
  const char* p = t.data();
  const char* end = p + t.size();
  uint8_t* q = out.room(t.size() * kMost + 8);
  if (t.size() >= 4 && t.size() < 8) {  // two pieces that overlap
    uint32_t first, last;
    memcpy(&first, p, 4);
    memcpy(&last, end - 4, 4);
    if (!needs_escape(first | uint64_t{last} << 32)) {
      memcpy(q, &first, 4);
      memcpy(q + t.size() - 4, &last, 4);
      return out.advance(t.size());
    }
  }
  for (;;) {
    while (end - p >= 8) {
      uint64_t v;
      memcpy(&v, p, 8);
      if (needs_escape(v)) break;
      memcpy(q, &v, 8);
      p += 8, q += 8;
    }
    if (p == end) break;
    // What is left of a text without escapes: with what was before it, eight bytes.
    if (end - p < 8 && t.size() >= 8 && q - (out.data() + out.size()) == p - t.data()) {
      uint64_t v;
      memcpy(&v, end - 8, 8);
      if (!needs_escape(v)) {
        memcpy(q - (8 - (end - p)), &v, 8);
        q += end - p;
        break;
      }
    }
    // At most eight bytes one by one, then fast again.
    for (int i = 0; i < 8 && p < end; ++i) {
      auto c = static_cast<uint8_t>(*p);
      bool plain = c >= 0x20 && c != '"' && c != '\\' && c != 0xE2;  // nearly all of them: not worth a call
      JsonEscape e = plain ? JsonEscape{} : json_escape({p, static_cast<size_t>(end - p)});
      if (plain || e.size == 0) {
        *q++ = c;
        ++p;
        continue;
      }
      p += e.taken;
      if constexpr (kNested) {
        q = put_nested(q, e);
      } else {
        memcpy(q, e.text, sizeof e.text);
        q += e.size;
      }
    }
  }
  out.advance(static_cast<size_t>(q - (out.data() + out.size())));
}

void append_json_escaped(Writer& out, Text t) {
  append_escaped<false>(out, t);
}

void append_nested_escaped(Writer& out, Text t) {
  append_escaped<true>(out, t);
}

// Of text that is valid UTF-8.
static void append_html_escaped(Writer& out, Text t) {
  for (size_t at; (at = t.find_first_of("<>&")) != Text::npos; t.remove_prefix(at + 1)) {
    append_json_escaped(out, t.substr(0, at));
    out.append(Text(t[at] == '<' ? "\\u003c" : t[at] == '>' ? "\\u003e" : "\\u0026"));
  }
  append_json_escaped(out, t);
}

void append_json_html(Writer& out, Text t) {
  out.byte('"');
  for (;;) {
    const size_t good = utf8_valid_prefix(as_bytes(t));
    append_html_escaped(out, t.substr(0, good));
    if (good == t.size()) break;
    out.append(Text("\\ufffd"));
    t.remove_prefix(good + 1);
  }
  out.byte('"');
}

void append_json_text(Writer& out, Text t) {
  out.byte('"');
  append_json_escaped(out, t);
  out.byte('"');
}

// Two digits of each byte at a time.
static constexpr auto kHexPairs = [] {
  struct {
    char digits[256][2];
  } table{};
  for (int i = 0; i < 256; ++i) table.digits[i][0] = kHex[i >> 4], table.digits[i][1] = kHex[i & 15];
  return table;
}();

void append_hex(Writer& out, Bytes b) {
  uint8_t* q = out.room(b.size() * 2);
  for (uint8_t x : b) {
    memcpy(q, kHexPairs.digits[x], 2);
    q += 2;
  }
  out.advance(b.size() * 2);
}

static constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_base64(Writer& out, Bytes b) {
  size_t n = (b.size() + 2) / 3 * 4;
  uint8_t* q = out.room(n);
  for (size_t i = 0; i < b.size(); i += 3) {
    size_t left = b.size() - i;
    uint32_t v = static_cast<uint32_t>(b[i] << 16 | (left > 1 ? b[i + 1] << 8 : 0) | (left > 2 ? b[i + 2] : 0));
    *q++ = static_cast<uint8_t>(kBase64[v >> 18]);
    *q++ = static_cast<uint8_t>(kBase64[v >> 12 & 63]);
    *q++ = static_cast<uint8_t>(left > 1 ? kBase64[v >> 6 & 63] : '=');
    *q++ = static_cast<uint8_t>(left > 2 ? kBase64[v & 63] : '=');
  }
  out.advance(n);
}

static int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

bool append_decoded_base64(Writer& out, Text t) {
  uint32_t bits = 0;
  int have = 0, padding = 0;
  for (char c : t) {
    if (c == '\r' || c == '\n') continue;
    if (c == '=') {
      if (++padding > 2) return false;
      bits <<= 6;
    } else {
      int v = base64_value(c);
      if (v < 0 || padding) return false;
      bits = bits << 6 | static_cast<uint32_t>(v);
    }
    if (++have < 4) continue;
    out.byte(static_cast<uint8_t>(bits >> 16));
    if (padding < 2) out.byte(static_cast<uint8_t>(bits >> 8));
    if (padding < 1) out.byte(static_cast<uint8_t>(bits));
    bits = 0;
    have = 0;
    if (padding) have = -1000;  // nothing may follow
  }
  return have == 0 || have == -1000;
}

// The UTF-16 unit that `\uXXXX` at the beginning of `t` stands for; negative: there is none.
static int escaped_unit(Text t) {
  if (t.size() < 6 || t[0] != '\\' || t[1] != 'u') return -1;
  int unit = 0;
  for (size_t i = 2; i < 6; ++i) {
    const char c = t[i], letter = static_cast<char>(c | 32);
    const int digit = c >= '0' && c <= '9' ? c - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

Text with_whole_surrogates(Text json, Arena& arena) {
  auto is_half = [](int unit) { return unit >= 0xD800 && unit <= 0xDFFF; };
  char* copy = nullptr;
  for (size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    const int unit = escaped_unit(json.substr(at));
    if (!is_half(unit)) {
      at += 2;  // what is escaped may be a backslash
      continue;
    }
    const int low = escaped_unit(json.substr(at + 6));
    if (unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
      at += 12;
      continue;
    }
    if (!copy) {
      copy = arena.array<char>(json.size());
      memcpy(copy, json.data(), json.size());
    }
    memcpy(copy + at, "\\uFFFD", 6);
    at += 6;
  }
  return copy ? Text(copy, json.size()) : json;
}

}  // namespace whittle
