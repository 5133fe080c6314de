// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/literals.h"

#include "compiler/diag/near.h"
#include "compiler/ottl/locales.h"
#include "compiler/ottl/names.h"
#include "compiler/ottl/xpath.h"
#include "compiler/regex/grok.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace whittle::ottl {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
bool is_word(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}
std::string quoted(std::string_view s) {
  return "`" + std::string(s) + "`";
}
// Bytes of the character at `at`.
size_t character(std::string_view s, size_t at) {
  size_t n = 1;
  while (at + n < s.size() && (static_cast<unsigned char>(s[at + n]) & 0xc0) == 0x80) ++n;
  return n;
}

std::optional<Fault> fault(std::string message, std::string help = {}) {
  Fault f;
  f.message = std::move(message);
  f.help = std::move(help);
  return f;
}
std::optional<Fault> fault_at(std::string message, size_t begin, size_t end, std::string help = {}) {
  auto f = fault(std::move(message), std::move(help));
  f->begin = begin;
  f->end = end;
  return f;
}
std::optional<Fault> late(std::optional<Fault> f) {
  if (f) f->when_run = true;
  return f;
}

// ---- patterns

bool names_group(const std::vector<std::string>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const std::string& name) { return !name.empty(); });
}

std::optional<Fault> regexp(std::string_view text, std::vector<std::string>* groups = nullptr) {
  auto tree = regex::parse(text, groups);
  if (tree) return std::nullopt;
  const regex::SyntaxError& e = tree.error();
  auto f = fault_at("this is no regular expression: " + e.message, std::min(e.offset, text.size()), text.size());
  f->help = regex::advice_on(text);
  return f;
}

std::optional<Fault> captures(std::string_view text) {
  std::vector<std::string> groups;
  if (auto f = regexp(text, &groups)) return f;
  if (names_group(groups)) return std::nullopt;
  return late(fault("this names no group, so there is nothing to extract", "a group is named as in `(?P<name>...)`"));
}

// As the reference's globs are read: *, **, ?, [a-z], [!abc], {a,b}, and backslashes.
std::optional<Fault> glob(std::string_view s) {
  int alternatives = 0;
  for (size_t i = 0; i < s.size();) {
    char c = s[i];
    if (c == '\0') return std::nullopt;  // the end, to the reference
    if (c == '\\') {
      i += i + 1 < s.size() ? 1 + character(s, i + 1) : 1;
    } else if (c == '{') {
      ++alternatives, ++i;
    } else if (c == '}' && alternatives > 0) {
      --alternatives, ++i;
    } else if (c == '[') {
      size_t open = i++;
      auto bad = [&](std::string why) {
        return fault_at("this is no glob: " + why, open, std::max(open + 1, std::min(i, s.size())),
                        "a bracket itself is written `\\\\[`");
      };
      if (i < s.size() && s[i] == '!') ++i;
      if (i >= s.size()) return bad("`[` has no `]`");
      size_t low = i, low_size = character(s, i);
      if (i + low_size < s.size() && s[i + low_size] == '-') {
        size_t high = i + low_size + 1;
        if (high >= s.size()) return bad("`[` has no `]`");
        size_t high_size = character(s, high);
        i = high + high_size;
        if (s.substr(high, high_size) < s.substr(low, low_size)) return bad("the range goes backwards");
        if (i >= s.size() || s[i] != ']') return bad("a range is two characters and a `-`, and nothing else");
        ++i;
        continue;
      }
      size_t start = i;
      while (i < s.size() && s[i] != ']') i += s[i] == '\\' && i + 1 < s.size() ? 1 + character(s, i + 1) : 1;
      if (i >= s.size()) return bad("`[` has no `]`");
      if (i == start) return bad("`[]` has no characters");
      ++i;
    } else {
      i += character(s, i);
    }
  }
  return std::nullopt;
}

// ---- times

constexpr std::string_view kDirectives = "YymoqbhBdegaAHlIpPMSLfsZzwijkDxFTXrRnt%c";

std::optional<Fault> time_format(std::string_view s) {
  if (s.empty()) return fault("the format is empty");
  for (size_t i = 0; i < s.size(); ++i) {
    if (is_digit(s[i]))
      return fault_at("a format holds no digits", i, i + 1, "it is made of directives such as `%Y-%m-%dT%H:%M:%S`");
  }
  for (size_t i = 1; i + 1 < s.size(); ++i) {
    if (s[i] != '%' || std::string_view("Lfs").find(s[i + 1]) == std::string_view::npos) continue;
    if (s[i - 1] != '.' && s[i - 1] != ',') return fault_at("fractions of a second come after `.` or `,`", i, i + 2);
  }
  for (size_t i = 0; i + 1 < s.size(); ++i) {
    if (s[i] != '%' || s[i + 1] == '\n') continue;
    size_t n = character(s, i + 1);
    if (n > 1 || kDirectives.find(s[i + 1]) == std::string_view::npos)
      return fault_at(quoted(s.substr(i, 1 + n)) + " is no directive", i, i + 1 + n);
    ++i;
  }
  return std::nullopt;
}

std::optional<Fault> named(bool known, std::string_view text, std::string_view what,
                           const std::vector<std::string_view>& all) {
  if (known) return std::nullopt;
  auto f = fault(quoted(text) + " is no " + std::string(what));
  f->near = diag::nearest(text, all);
  return f;
}

// As Go's time.ParseDuration: "1h5m", "-1.5s", "0".
bool is_duration(std::string_view s) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  if (s == "0") return true;
  if (s.empty()) return false;
  while (!s.empty()) {
    size_t n = 0, digits = 0;
    while (n < s.size() && is_digit(s[n])) ++n, ++digits;
    if (n < s.size() && s[n] == '.') {
      ++n;
      while (n < s.size() && is_digit(s[n])) ++n, ++digits;
    }
    if (digits == 0) return false;
    s.remove_prefix(n);
    static constexpr std::string_view kUnits[] = {"ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h"};
    size_t unit = 0;
    for (std::string_view u : kUnits) {
      if (s.starts_with(u) && u.size() > unit) unit = u.size();
    }
    if (unit == 0) return false;
    s.remove_prefix(unit);
  }
  return true;
}

// ---- networks

// The bits of an address in dotted or colon form; 0 for none.
int address_bits(std::string_view s) {
  auto four = [](std::string_view t) {
    int parts = 0;
    while (true) {
      size_t n = 0;
      int value = 0;
      while (n < t.size() && is_digit(t[n]) && n < 4) value = value * 10 + (t[n++] - '0');
      if (n == 0 || n > 3 || value > 255 || (n > 1 && t[0] == '0')) return false;
      ++parts;
      t.remove_prefix(n);
      if (t.empty()) return parts == 4;
      if (t[0] != '.' || parts == 4) return false;
      t.remove_prefix(1);
    }
  };
  if (s.find(':') == std::string_view::npos) return four(s) ? 32 : 0;
  int groups = 0;
  bool gap = false;
  if (s.starts_with("::")) {
    gap = true;
    s.remove_prefix(2);
    if (s.empty()) return 128;
  }
  while (groups < 8) {
    size_t n = 0;
    while (n < s.size() && is_hex(s[n]) && n < 5) ++n;
    if (n < s.size() && s[n] == '.') {
      if ((!gap && groups != 6) || groups > 6 || !four(s)) return 0;
      groups += 2;
      s = {};
      break;
    }
    if (n == 0 || n > 4) return 0;
    ++groups;
    s.remove_prefix(n);
    if (s.empty()) break;
    if (s[0] != ':' || s.size() == 1) return 0;
    s.remove_prefix(1);
    if (s[0] == ':') {
      if (gap) return 0;
      gap = true;
      s.remove_prefix(1);
      if (s.empty()) break;
    }
  }
  if (!s.empty()) return 0;
  return gap ? (groups < 8 ? 128 : 0) : (groups == 8 ? 128 : 0);
}

std::optional<Fault> network(std::string_view s) {
  size_t slash = s.find('/');
  if (slash == std::string_view::npos) return fault("this is no network", "a network is written as in `10.0.0.0/8`");
  int bits = address_bits(s.substr(0, slash));
  if (bits == 0) return fault_at(quoted(s.substr(0, slash)) + " is no address", 0, slash);
  std::string_view length = s.substr(slash + 1);
  int value = 0;
  bool good = !length.empty() && length.size() <= 3;
  for (char c : length) {
    good = good && is_digit(c);
    value = value * 10 + (c - '0');
  }
  if (!good || value > bits || (length.size() > 1 && length[0] == '0'))
    return fault_at("the length of a network is 0 to " + std::to_string(bits) + " here", slash + 1, s.size());
  return std::nullopt;
}

// ---- others

std::optional<Fault> id(std::string_view s, size_t size) {
  std::string help = "an id is " + std::to_string(size) + " bytes, or " + std::to_string(2 * size) + " hex digits";
  if (s.size() == size) return std::nullopt;
  if (s.size() != 2 * size)
    return fault("this has " + std::to_string(s.size()) + (s.size() == 1 ? " byte" : " bytes"), help);
  for (size_t i = 0; i < s.size(); ++i) {
    if (!is_hex(s[i]))
      return fault_at("`" + std::string(s.substr(i, character(s, i))) + "` is no hex digit", i, i + character(s, i),
                      help);
  }
  return std::nullopt;
}

// Versions as "1.38.0", "v1.38", "1.38.0-rc.1+x", against the range that is known.
std::optional<Fault> semconv(std::string_view s) {
  constexpr uint64_t kLeast[] = {1, 37, 0}, kMost[] = {1, 40, 0};
  auto unknown = [&] { return fault(quoted(s) + " is no version", "versions are known from `1.37.0` to `1.40.0`"); };
  std::string_view t = s;
  if (!t.empty() && t[0] == 'v') t.remove_prefix(1);
  uint64_t part[3] = {0, 0, 0};
  for (int i = 0; i < 3; ++i) {
    size_t n = 0;
    while (n < t.size() && is_digit(t[n]) && n < 18) part[i] = part[i] * 10 + static_cast<uint64_t>(t[n++] - '0');
    if (n == 0) return unknown();
    t.remove_prefix(n);
    if (t.empty() || t[0] != '.') break;
    if (i == 2) return unknown();
    t.remove_prefix(1);
  }
  bool before = false;
  if (!t.empty() && t[0] == '-') {
    size_t n = 1;
    while (n < t.size() && (is_word(t[n]) || t[n] == '-' || t[n] == '.') && t[n] != '_') ++n;
    if (n == 1) return unknown();
    before = true;
    t.remove_prefix(n);
  }
  if (!t.empty() && t[0] == '+') {
    size_t n = 1;
    while (n < t.size() && (is_word(t[n]) || t[n] == '-' || t[n] == '.') && t[n] != '_') ++n;
    if (n == 1) return unknown();
    t.remove_prefix(n);
  }
  if (!t.empty()) return unknown();
  auto compare = [&](const uint64_t (&with)[3]) {
    for (int i = 0; i < 3; ++i) {
      if (part[i] != with[i]) return part[i] < with[i] ? -1 : 1;
    }
    return before ? -1 : 0;
  };
  if (compare(kLeast) < 0 || compare(kMost) > 0)
    return fault("version " + quoted(s) + " is not known", "known are `1.37.0` to `1.40.0`");
  return std::nullopt;
}

std::optional<Fault> one_verb(std::string_view s) {
  bool good = s.find("%s") != std::string_view::npos;
  for (size_t i = 0; i + 1 < s.size(); ++i) {
    if (s[i] == '%' && s[i + 1] != 's') good = false;
  }
  if (good) return std::nullopt;
  return fault("the format needs `%s`, and nothing else that is filled in");
}

std::optional<Fault> one_of(const Parameter& p, std::string_view text) {
  std::string list;
  for (std::string_view c : p.choices) {
    if (c == text) return std::nullopt;
    if (c.empty()) continue;
    if (!list.empty()) list += ", ";
    list += quoted(c);
  }
  auto f = fault(text.empty() ? std::string(p.name) + " is empty" : quoted(text) + " is not known here",
                 "it is one of " + list);
  f->near = diag::nearest(text, p.choices);
  return f;
}

}  // namespace

bool is_go_float(std::string_view s) {
  std::string_view t = s;
  if (!t.empty() && (t[0] == '-' || t[0] == '+')) t.remove_prefix(1);
  std::string small(t);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (small == "inf" || small == "infinity") return true;
  if (small == "nan") return t.size() == s.size();
  bool hex = small.starts_with("0x");
  std::string digits;  // without underscores, which only stand between digits, or behind 0x
  for (size_t i = 0; i < small.size(); ++i) {
    if (small[i] != '_') {
      digits += small[i];
      continue;
    }
    auto digit = [&](size_t k) { return k < small.size() && (is_digit(small[k]) || (hex && is_hex(small[k]))); };
    bool behind_prefix = hex && i == 2;
    if (!(i > 0 && (digit(i - 1) || behind_prefix)) || !digit(i + 1)) return false;
  }
  size_t i = hex ? 2 : 0, mantissa = 0;
  auto run = [&] {
    while (i < digits.size() && (hex ? is_hex(digits[i]) : is_digit(digits[i]))) ++i, ++mantissa;
  };
  run();
  if (i < digits.size() && digits[i] == '.') {
    ++i;
    run();
  }
  if (mantissa == 0) return false;
  if (i < digits.size() && digits[i] == (hex ? 'p' : 'e')) {
    ++i;
    if (i < digits.size() && (digits[i] == '-' || digits[i] == '+')) ++i;
    size_t exponent = 0;
    while (i < digits.size() && is_digit(digits[i])) ++i, ++exponent;
    if (exponent == 0) return false;
  } else if (hex) {
    return false;
  }
  return i == digits.size() && !std::isinf(std::strtod(digits.c_str(), nullptr));
}

bool is_go_bool(std::string_view s) {
  static constexpr std::string_view kBools[] = {"1", "t", "T", "TRUE",  "true",  "True",
                                                "0", "f", "F", "FALSE", "false", "False"};
  return std::find(std::begin(kBools), std::end(kBools), s) != std::end(kBools);
}

std::optional<Fault> hold(const Parameter& p, const Function& function, std::string_view text) {
  switch (p.rule) {
  case Rule::Regexp:
  case Rule::Places: return regexp(text);
  case Rule::Captures: return captures(text);
  case Rule::Glob: return glob(text);
  case Rule::TimeFormat: return time_format(text);
  case Rule::Location:
    return text.empty() || text == "Local" ? std::nullopt : named(is_time_zone(text), text, "time zone", time_zones());
  case Rule::Locale: return named(!names_in(text).empty(), text, "language that is known", languages());
  case Rule::XPath: {
    // Where it may be left out, an empty one stands for the same.
    if (text.empty() && p.optional) return std::nullopt;
    size_t at = 0;
    std::string why;
    if (check_xpath(text, at, why)) return std::nullopt;
    return fault_at("this is no XPath: " + why, std::min(at, text.size()), text.size());
  }
  case Rule::Encoding: {
    static constexpr std::string_view kBase64[] = {"base64", "base64-raw", "base64-url", "base64-raw-url"};
    std::vector<std::string_view> all = encodings();
    all.insert(all.end(), std::begin(kBase64), std::end(kBase64));
    bool known = std::find(std::begin(kBase64), std::end(kBase64), text) != std::end(kBase64) || is_encoding(text);
    return named(known, text, "encoding that is known", all);
  }
  case Rule::NotEmpty: return text.empty() ? fault("this must not be empty") : std::nullopt;
  case Rule::OneOf: return one_of(p, text);
  case Rule::OneOfWhenRun: return late(one_of(p, text));
  case Rule::OneCharacter: {
    if (!text.empty() && character(text, 0) == text.size()) return std::nullopt;
    return fault("this must be a single character");
  }
  case Rule::Network: return network(text);
  case Rule::Id: return id(text, function.id_size);
  case Rule::Semconv: return semconv(text);
  case Rule::GoDuration:
    return is_duration(text) ? std::nullopt : late(fault("this is no duration", "durations are written as in `1h5m`"));
  case Rule::OneVerb: return late(one_verb(text));
  case Rule::Address: return address_bits(text) > 0 ? std::nullopt : late(fault(quoted(text) + " is no address"));
  default: return std::nullopt;
  }
}

std::optional<Fault> hold(const Parameter& p, int64_t n) {
  switch (p.rule) {
  case Rule::Positive: return n > 0 ? std::nullopt : fault("this must be at least 1");
  case Rule::NotNegative: return n >= 0 ? std::nullopt : fault("this must not be negative");
  case Rule::Base:
    return n == 0 || (n >= 2 && n <= 36) ? std::nullopt : late(fault("a base is 2 to 36, or 0 to go by the digits"));
  case Rule::Port: return n >= 0 && n <= 65535 ? std::nullopt : late(fault("this must be 0 to 65535"));
  default: return std::nullopt;
  }
}

// ---- Grok

std::optional<Fault> check_grok_definition(std::string_view d) {
  size_t equal = d.find('=');
  if (equal == std::string_view::npos) return fault("a definition is written as in `NAME=pattern`");
  size_t colon = d.substr(0, equal).find(':');
  if (colon != std::string_view::npos) return fault_at("the name of a definition holds no `:`", colon, colon + 1);
  return std::nullopt;
}

std::optional<Fault> check_grok(std::string_view pattern, const std::vector<std::string>& definitions,
                                bool named_only) {
  auto grok = regex::expand_grok(pattern, definitions, named_only);
  if (!grok) {
    const regex::GrokError& e = grok.error();
    auto f = fault_at(e.message, e.begin, e.end);
    if (e.unknown.empty()) return f;
    std::vector<std::string_view> all;
    for (const regex::GrokPattern& p : regex::grok_patterns()) all.push_back(p.name);
    for (const std::string& d : definitions) all.push_back(std::string_view(d).substr(0, d.find('=')));
    f->near = diag::nearest(e.unknown, all);
    return f;
  }
  std::vector<std::string> groups;
  auto tree = regex::parse(grok->pattern, &groups);
  if (!tree) return fault("this is no regular expression: " + tree.error().message);
  if (named_only && !names_group(groups))
    return fault("this names nothing, so there is nothing to extract", "a part is named as in `%{WORD:name}`");
  if (!regex::fits(**tree, true)) return fault("this pattern grows too large");
  static constexpr std::string_view kTypes[] = {"string", "int", "long", "float", "double", "bool", "boolean"};
  for (const regex::GrokHint& h : grok->hints) {
    if (std::find(std::begin(kTypes), std::end(kTypes), h.type) != std::end(kTypes)) continue;
    auto f = fault(quoted(h.type) + " is no type of a field",
                   "they are `string`, `int`, `long`, `float`, `double`, `bool` and `boolean`");
    f->near = diag::nearest(h.type, kTypes);
    return late(f);
  }
  return std::nullopt;
}

}  // namespace whittle::ottl
