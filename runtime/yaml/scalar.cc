// SPDX-License-Identifier: Apache-2.0
#include "runtime/yaml/scalar.h"

#include "runtime/base/number.h"
#include "runtime/base/writer.h"

#include <math.h>

namespace whittle::yaml {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// An integer in Go's notation with base prefixes; a leading 0 means octal.
bool parse_integer(Text s, Scalar& out) {
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  unsigned base = 10;
  if (s.size() > 1 && s[0] == '0') {
    char p = static_cast<char>(s[1] | 0x20);
    base = p == 'x' ? 16 : p == 'b' ? 2 : 8;
    s.remove_prefix(p == 'x' || p == 'o' || p == 'b' ? 2 : 1);
  }
  if (s.empty()) return false;
  uint64_t value = 0;
  double approximate = 0;
  bool overflow = false;
  for (char c : s) {
    unsigned digit = is_digit(c)                              ? static_cast<unsigned>(c - '0')
                     : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? static_cast<unsigned>((c | 0x20) - 'a' + 10)
                                                              : 99;
    if (digit >= base) return false;
    overflow = overflow || value > (UINT64_MAX - digit) / base;
    value = value * base + digit;
    approximate = approximate * base + digit;
  }
  out.kind = Kind::Int;
  out.real = negative ? -approximate : approximate;
  out.too_large = overflow || value > (negative ? uint64_t{1} << 63 : static_cast<uint64_t>(INT64_MAX));
  out.integer = static_cast<int64_t>(negative ? -value : value);
  return true;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_float(Text s) {
  size_t i = !s.empty() && (s[0] == '-' || s[0] == '+') ? 1 : 0;
  size_t digits = 0;
  while (i < s.size() && is_digit(s[i])) ++i, ++digits;
  if (i < s.size() && s[i] == '.') {
    ++i;
    while (i < s.size() && is_digit(s[i])) ++i, ++digits;
  }
  if (digits == 0) return false;
  if (i < s.size() && (s[i] | 0x20) == 'e') {
    ++i;
    if (i < s.size() && (s[i] == '-' || s[i] == '+')) ++i;
    size_t exponent = 0;
    while (i < s.size() && is_digit(s[i])) ++i, ++exponent;
    if (exponent == 0) return false;
  }
  return i == s.size();
}

// 2006-1-2, with a time after T, t or a space.
bool is_date(Text s) {
  size_t i = 0;
  auto digits = [&](size_t least, size_t most) {
    size_t n = 0;
    while (i < s.size() && n < most && is_digit(s[i])) ++i, ++n;
    return n >= least;
  };
  auto literal = [&](char c) { return i < s.size() && s[i] == c && (++i, true); };
  if (!digits(4, 4) || !literal('-') || !digits(1, 2) || !literal('-') || !digits(1, 2)) return false;
  if (i == s.size()) return true;
  bool spaced = s[i] == ' ';
  if (!spaced && s[i] != 'T' && s[i] != 't') return false;
  ++i;
  if (!digits(1, 2) || !literal(':') || !digits(1, 2) || !literal(':') || !digits(1, 2)) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (!digits(1, 9)) return false;
  }
  if (i == s.size()) return spaced;
  if (spaced) return false;
  if (literal('Z')) return i == s.size();
  if (s[i] != '+' && s[i] != '-') return false;
  ++i;
  return digits(2, 2) && literal(':') && digits(2, 2) && i == s.size();
}

}  // namespace

Scalar resolve(Text t) {
  Scalar out;
  if (t.empty() || t == "~" || t == "null" || t == "Null" || t == "NULL") return out;
  if (t == "true" || t == "True" || t == "TRUE" || t == "false" || t == "False" || t == "FALSE") {
    out.kind = Kind::Bool;
    out.boolean = (t[0] | 0x20) == 't';
    return out;
  }
  out.kind = Kind::String;
  char first = t[0];
  bool sign = first == '-' || first == '+';
  if (!is_digit(first) && !sign && first != '.') return out;
  if (t == ".nan" || t == ".NaN" || t == ".NAN") {
    out.kind = Kind::Float;
    out.real = __builtin_nan("");
    return out;
  }
  Text unsigned_text = sign ? t.substr(1) : t;
  if (unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF") {
    out.kind = Kind::Float;
    out.real = first == '-' ? -__builtin_inf() : __builtin_inf();
    return out;
  }
  if (is_digit(first) && is_date(t)) {
    out.kind = Kind::Date;
    return out;
  }
  Writer plain;  // underscores may stand anywhere in a number
  for (char c : t)
    if (c != '_') plain.byte(static_cast<uint8_t>(c));
  if (parse_integer(plain.text(), out)) return out;
  if (is_float(plain.text())) {
    out.kind = Kind::Float;
    out.real = parse_double(plain.text()).value_or(plain.text()[0] == '-' ? -__builtin_inf() : __builtin_inf());
  }
  return out;
}

}  // namespace whittle::yaml
