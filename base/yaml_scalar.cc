// SPDX-License-Identifier: Apache-2.0
// The order of the questions is that of go-yaml: words, then dates, then integers, then floats; what is none of them is
// a text. Underscores may stand anywhere in a number, so numbers are read through Digits, which passes over them.
#include "base/yaml_scalar.h"

namespace whittle {
namespace {

using Kind = YamlScalar::Kind;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Digits {
public:
  explicit Digits(std::string_view text) : text_(text) { pass(); }

  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  void next() {
    ++at_;
    pass();
  }
  bool take_sign() {
    bool negative = peek() == '-';
    if (negative || peek() == '+') next();
    return negative;
  }
  int take_digits() {
    int n = 0;
    for (; is_digit(peek()); next()) ++n;
    return n;
  }

private:
  void pass() {
    while (at_ < text_.size() && text_[at_] == '_') ++at_;
  }
  std::string_view text_;
  size_t at_ = 0;
};

// An integer in Go's notation with base prefixes; a leading 0 means octal.
bool integer(Digits in, YamlScalar& out) {
  bool negative = in.take_sign();
  unsigned base = 10;
  if (in.peek() == '0') {
    Digits after = in;
    after.next();
    if (!after.done()) {
      char p = static_cast<char>(after.peek() | 0x20);
      base = p == 'x' ? 16 : p == 'b' ? 2 : 8;
      if (p == 'x' || p == 'o' || p == 'b') after.next();
      in = after;
    }
  }
  if (in.done()) return false;
  uint64_t value = 0;
  double approximate = 0;
  bool overflow = false;
  for (; !in.done(); in.next()) {
    char c = in.peek(), small = static_cast<char>(c | 0x20);
    unsigned digit = is_digit(c)                    ? static_cast<unsigned>(c - '0')
                     : small >= 'a' && small <= 'f' ? static_cast<unsigned>(small - 'a' + 10)
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
bool is_float(Digits in) {
  in.take_sign();
  int digits = in.take_digits();
  if (in.peek() == '.') {
    in.next();
    digits += in.take_digits();
  }
  if (digits == 0) return false;
  if ((in.peek() | 0x20) == 'e') {
    in.next();
    in.take_sign();
    if (in.take_digits() == 0) return false;
  }
  return in.done();
}

// 2006-1-2, with a time after T, t or a space.
bool is_date(std::string_view s) {
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

YamlScalar resolve_yaml_scalar(std::string_view t) {
  YamlScalar out;
  if (t.empty() || t == "~" || t == "null" || t == "Null" || t == "NULL") return out;
  if (t == "true" || t == "True" || t == "TRUE" || t == "false" || t == "False" || t == "FALSE") {
    out.kind = Kind::Bool;
    out.boolean = (t[0] | 0x20) == 't';
    return out;
  }
  out.kind = Kind::String;
  bool sign = t[0] == '-' || t[0] == '+';
  if (!is_digit(t[0]) && !sign && t[0] != '.') return out;
  if (t == ".nan" || t == ".NaN" || t == ".NAN") {
    out.kind = Kind::Float;
    out.special = true;
    out.real = __builtin_nan("");
    return out;
  }
  std::string_view unsigned_text = sign ? t.substr(1) : t;
  if (unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF") {
    out.kind = Kind::Float;
    out.special = true;
    out.real = t[0] == '-' ? -__builtin_inf() : __builtin_inf();
    return out;
  }
  if (is_digit(t[0]) && is_date(t)) out.kind = Kind::Date;
  else if (!integer(Digits(t), out) && is_float(Digits(t))) out.kind = Kind::Float;
  return out;
}

}  // namespace whittle
