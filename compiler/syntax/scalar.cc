// SPDX-License-Identifier: Apache-2.0
// What plain scalars mean: null, booleans, numbers, dates, texts, as the YAML library of the Collector decides.
#include "compiler/syntax/yaml.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace whittle::syntax {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// An integer in Go's notation with base prefixes; a leading 0 means octal. Sets `too_large` when it is one but does not
// fit.
bool parse_integer(std::string_view s, int64_t& out, double& real, bool& too_large) {
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  int base = 10;
  if (s.size() > 1 && s[0] == '0') {
    char p = s[1] | 0x20;
    base = p == 'x' ? 16 : p == 'o' ? 8 : p == 'b' ? 2 : 8;
    s.remove_prefix(base == 8 && p != 'o' ? 1 : 2);
  }
  if (s.empty()) return false;
  uint64_t value = 0;
  double approximate = 0;
  bool overflow = false;
  for (char c : s) {
    int digit = is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 99;
    if (digit >= base) return false;
    overflow = overflow || value > (UINT64_MAX - static_cast<uint64_t>(digit)) / static_cast<uint64_t>(base);
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
    approximate = approximate * base + digit;
  }
  real = negative ? -approximate : approximate;
  too_large = overflow || value > (negative ? uint64_t{1} << 63 : static_cast<uint64_t>(INT64_MAX));
  out = static_cast<int64_t>(negative ? -value : value);
  return true;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_float(std::string_view s) {
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

void resolve_scalar(Node& node) {
  const std::string& t = node.text;
  if (t.empty() || t == "~" || t == "null" || t == "Null" || t == "NULL") {
    node.kind = Node::Kind::Null;
    return;
  }
  if (t == "true" || t == "True" || t == "TRUE" || t == "false" || t == "False" || t == "FALSE") {
    node.kind = Node::Kind::Bool;
    node.boolean = (t[0] | 0x20) == 't';
    return;
  }
  node.kind = Node::Kind::String;
  char first = t[0];
  if (!is_digit(first) && first != '-' && first != '+' && first != '.') return;
  if (t == ".nan" || t == ".NaN" || t == ".NAN") {
    node.kind = Node::Kind::Float;
    node.real = NAN;
    return;
  }
  std::string_view unsigned_text = first == '-' || first == '+' ? std::string_view(t).substr(1) : std::string_view(t);
  if (unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF") {
    node.kind = Node::Kind::Float;
    node.real = first == '-' ? -INFINITY : INFINITY;
    return;
  }
  if (first != '-' && first != '+' && first != '.' && is_date(t)) {
    node.kind = Node::Kind::Date;
    return;
  }
  std::string plain;
  for (char c : t) {
    if (c != '_') plain += c;
  }
  if (parse_integer(plain, node.integer, node.real, node.too_large)) {
    node.kind = Node::Kind::Int;
    return;
  }
  if (is_float(plain)) {
    node.kind = Node::Kind::Float;
    node.real = std::strtod(plain.c_str(), nullptr);
  }
}

std::string describe(const Node& node) {
  auto shown = [&] {
    if (node.text.size() <= 40) return node.text;
    size_t end = 37;
    while (end > 0 && (static_cast<unsigned char>(node.text[end]) & 0xc0) == 0x80) --end;
    return node.text.substr(0, end) + "...";
  };
  switch (node.kind) {
  case Node::Kind::Null: return "null";
  case Node::Kind::Bool: return "the boolean `" + node.text + "`";
  case Node::Kind::Int: return "the number `" + shown() + "`";
  case Node::Kind::Float: return "the number `" + shown() + "`";
  case Node::Kind::Date: return "the date `" + shown() + "`";
  case Node::Kind::String: return node.text.empty() ? "an empty string" : "the string `" + shown() + "`";
  case Node::Kind::Sequence: return "a list";
  case Node::Kind::Mapping: return "a map";
  }
  return {};
}

}  // namespace whittle::syntax
