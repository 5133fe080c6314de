// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/settings.h"

#include "runtime/base/number.h"

#include <bit>
#include <iterator>

namespace whittle::prometheus {

namespace {

struct Unit {
  Text name;
  int64_t ms;
  bool exact;  // written only where nothing is left
};
constexpr Unit kUnits[] = {
    {"y", 31'536'000'000, true}, {"w", 604'800'000, true}, {"d", 86'400'000, false}, {"h", 3'600'000, false},
    {"m", 60'000, false},        {"s", 1000, false},       {"ms", 1, false}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Characters that a URL's path may have as they are (Go's URL.EscapedPath).
bool stays_in_path(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || Text("-_.~$&+,/:;=@").find(c) != Text::npos;
}
bool stays_in_query(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || Text("-_.~").find(c) != Text::npos;
}
void append_escaped(Writer& out, Text t, bool (*stays)(char)) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : t) {
    if (stays(c)) {
      out.byte(static_cast<uint8_t>(c));
      continue;
    }
    out.byte('%');
    out.byte(static_cast<uint8_t>(kHex[static_cast<uint8_t>(c) >> 4]));
    out.byte(static_cast<uint8_t>(kHex[c & 15]));
  }
}
void append_query(Writer& out, Text t) {
  for (size_t from = 0;;) {
    const size_t blank = t.find(' ', from);
    append_escaped(out, t.substr(from, blank - from), stays_in_query);
    if (blank == Text::npos) return;
    out.byte('+');
    from = blank + 1;
  }
}

}  // namespace

std::optional<int64_t> parse_prometheus_duration(Text t) {
  if (t == "0") return 0;
  if (t.empty()) return std::nullopt;
  int64_t out = 0;
  size_t unit = 0;
  while (!t.empty()) {
    size_t n = 0;
    int64_t value = 0;
    for (; n < t.size() && is_digit(t[n]); ++n) {
      if (n > 9) return std::nullopt;
      value = value * 10 + (t[n] - '0');
    }
    size_t end = n;
    while (end < t.size() && !is_digit(t[end])) ++end;
    while (unit < std::size(kUnits) && kUnits[unit].name != t.substr(n, end - n)) ++unit;
    int64_t part;
    if (n == 0 || unit == std::size(kUnits) || __builtin_mul_overflow(value, kUnits[unit++].ms, &part) ||
        __builtin_add_overflow(out, part, &out) || out > INT64_MAX / 1'000'000)
      return std::nullopt;
    t.remove_prefix(end);
  }
  return out;
}

void append_duration(Writer& out, int64_t ms) {
  if (ms == 0) return out.append(Text("0s"));
  for (const Unit& u : kUnits) {
    if (u.exact && ms % u.ms != 0) continue;
    if (ms / u.ms == 0) continue;
    append_int(out, ms / u.ms);
    out.append(u.name);
    ms %= u.ms;
  }
}

std::optional<uint64_t> parse_size(Text t) {
  if (t == "0") return 0;
  if (t.empty()) return std::nullopt;
  double out = 0;
  while (!t.empty()) {
    const size_t n = t.find_first_not_of("0123456789.");
    const auto value = parse_double(t.substr(0, n));
    if (!value || n == Text::npos) return std::nullopt;
    t.remove_prefix(n);
    const size_t end = t.find_first_of("0123456789.");
    Text unit = t.substr(0, end);
    t = end == Text::npos ? Text() : t.substr(end);
    if (!unit.ends_with('B')) return std::nullopt;
    unit.remove_suffix(1);
    if (unit.ends_with('i')) unit.remove_suffix(1);
    static constexpr Text kPowers[] = {"", "K", "M", "G", "T", "P", "E"};
    size_t power = 0;
    while (power < std::size(kPowers) && kPowers[power] != unit) ++power;
    if (power == std::size(kPowers)) return std::nullopt;
    out += *value * static_cast<double>(1ull << (10 * power));
  }
  if (!(out < 0x1p63)) return std::nullopt;
  return static_cast<uint64_t>(out);
}

Text text_of(const Any& any, Arena& arena) {
  char text[kNumberRoom];
  switch (any.kind) {
  case AnyKind::Bool: return any.bits ? "true" : "false";
  case AnyKind::Int: return arena.copy({text, format_int(text, static_cast<int64_t>(any.bits))});
  case AnyKind::Double: return arena.copy({text, format_double_general(text, std::bit_cast<double>(any.bits))});
  case AnyKind::String: return view(any.text);
  default: return {};
  }
}

void append_target_url(Writer& out, const std::vector<Label>& labels, const List<Entry<List<Any>>>& params,
                       Arena& arena) {
  static constexpr Text kParam = "__param_";
  out.append(value_of(labels, "__scheme__"));
  out.append(Text("://"));
  out.append(value_of(labels, "__address__"));
  const Text path = value_of(labels, "__metrics_path__");
  if (!path.empty() && path[0] != '/') out.byte('/');
  append_escaped(out, path, stays_in_path);
  // By key: labels are sorted, and stand before the values of the config.
  std::vector<Label> query;
  for (const Entry<List<Any>>& p : params)
    for (size_t i = 0; i < p.value.size; ++i) query.push_back({view(p.key), text_of(p.value[i], arena)});
  for (const Label& l : labels) {
    if (!l.name.starts_with(kParam)) continue;
    const Text key = l.name.substr(kParam.size());
    bool replaced = false;
    for (Label& q : query) {
      if (q.name != key) continue;
      q.value = l.value;
      replaced = true;
      break;
    }
    if (!replaced) query.push_back({key, l.value});
  }
  sort_labels(query);
  for (size_t i = 0; i < query.size(); ++i) {
    out.byte(i == 0 ? '?' : '&');
    append_query(out, query[i].name);
    out.byte('=');
    append_query(out, query[i].value);
  }
}

}  // namespace whittle::prometheus
