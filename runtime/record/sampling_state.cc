// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/sampling_state.h"

namespace whittle::sampling {

namespace {

bool small(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

bool parse_hex(Text t, uint64_t& out) {
  out = 0;
  if (t.empty()) return false;
  for (char c : t) {
    const int n = digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (n < 0) return false;
    out = out << 4 | static_cast<uint64_t>(n);
  }
  return true;
}

void append_digits(Writer& out, uint64_t v, size_t n) {
  for (size_t i = 0; i < n; ++i) out.byte(static_cast<uint8_t>("0123456789abcdef"[v >> (52 - 4 * i) & 15]));
}

Text trimmed(Text t) {
  while (!t.empty() && (t.front() == ' ' || t.front() == '\t')) t.remove_prefix(1);
  while (!t.empty() && (t.back() == ' ' || t.back() == '\t')) t.remove_suffix(1);
  return t;
}

// The next member, which goes.
Text next_member(Text& t, char separator) {
  const size_t end = t.find(separator);
  const Text out = t.substr(0, end);
  t.remove_prefix(end == Text::npos ? t.size() : end + 1);
  return out;
}

bool key_characters(Text t) {
  for (char c : t)
    if (!small(c) && !digit(c) && !Text("_-*/").contains(c)) return false;
  return true;
}

bool is_key(Text t) {
  if (t.empty() || t.size() > 256) return false;
  const size_t at = t.find('@');
  if (at == Text::npos) return small(t[0]) && key_characters(t.substr(1));
  const Text tenant = t.substr(0, at), system = t.substr(at + 1);
  return !tenant.empty() && !system.empty() && tenant.size() <= 241 && system.size() <= 14 &&
         (small(tenant[0]) || digit(tenant[0])) && small(system[0]) && key_characters(tenant.substr(1)) &&
         key_characters(system.substr(1));
}

bool is_value(Text t) {
  if (t.empty() || t.size() > 256 || t.back() == ' ') return false;
  for (char c : t)
    if (c < 0x20 || c > 0x7E || c == ',' || c == '=') return false;
  return true;
}

bool is_own_key(Text t) {
  if (t.empty() || !small(t[0])) return false;
  for (char c : t)
    if (!small(c) && !digit(c)) return false;
  return true;
}
bool is_own_value(Text t) {
  for (char c : t)
    if (!small(static_cast<char>(c | 32)) && !digit(c) && !Text("._-").contains(c)) return false;
  return true;
}

}  // namespace

bool parse_threshold(Text t, Number& out) {
  uint64_t v;
  if (t.size() > kDigits || !parse_hex(t, v)) return false;
  out = {true, v << (4 * (kDigits - t.size()))};
  return true;
}
bool parse_randomness(Text t, Number& out) {
  uint64_t v;
  if (t.size() != kDigits || !parse_hex(t, v)) return false;
  out = {true, v};
  return true;
}
void append_threshold(Writer& out, uint64_t threshold) {
  if (threshold == kNever) return;
  if (threshold == kAlways) return out.byte('0');
  size_t n = kDigits;
  while ((threshold >> (4 * (kDigits - n)) & 15) == 0) --n;
  append_digits(out, threshold, n);
}
void append_randomness(Writer& out, uint64_t randomness) {
  append_digits(out, randomness, kDigits);
}

bool TraceState::parse_own(Text t) {
  if (t.size() > 256 || t.empty() || t.back() == ';') return false;
  for (Text rest = t; !rest.empty();) {
    const Text member = next_member(rest, ';');
    const size_t colon = member.find(':');
    if (colon == Text::npos || !is_own_key(member.substr(0, colon)) || !is_own_value(member.substr(colon + 1)))
      return false;
  }
  bool good = true;
  while (!t.empty()) {
    const Text member = next_member(t, ';');
    const size_t colon = member.find(':');
    const Text key = member.substr(0, colon), value = member.substr(colon + 1);
    if (key == "rv") {
      randomness = {};
      good &= parse_randomness(value, randomness);
    } else if (key == "th") {
      threshold = {};
      good &= parse_threshold(value, threshold);
    } else {
      own_.push_back({key, value});
    }
  }
  return good;
}

bool TraceState::parse(Text t) {
  if (t.size() > 1024) return false;
  for (Text rest = t; !rest.empty();) {
    const Text member = trimmed(next_member(rest, ','));
    if (member.empty()) continue;
    const size_t equals = member.find('=');
    if (equals == Text::npos || !is_key(member.substr(0, equals)) || !is_value(member.substr(equals + 1))) return false;
  }
  bool good = true;
  for (int items = 1; !t.empty(); ++items) {
    if (items >= 32) return false;
    const Text member = trimmed(next_member(t, ','));
    if (member.empty()) continue;
    const size_t equals = member.find('=');
    const Text key = member.substr(0, equals), value = member.substr(equals + 1);
    if (key == "ot") good &= parse_own(value);
    else others_.push_back({key, value});
  }
  return good;
}

void TraceState::append(Writer& out) const {
  const size_t before = out.size();
  auto next = [&](char separator, size_t from) {
    if (out.size() > from) out.byte(static_cast<uint8_t>(separator));
  };
  Writer threshold_text;
  if (threshold.present) append_threshold(threshold_text, threshold.value);
  if (randomness.present || !threshold_text.empty() || !own_.empty()) {
    out.append(Text("ot="));
    const size_t own = out.size();
    if (randomness.present) {
      out.append(Text("rv:"));
      append_randomness(out, randomness.value);
    }
    if (!threshold_text.empty()) {
      next(';', own);
      out.append(Text("th:"));
      out.append(threshold_text.text());
    }
    for (const Pair& p : own_) {
      next(';', own);
      out.append(p.key);
      out.byte(':');
      out.append(p.value);
    }
  }
  for (const Pair& p : others_) {
    next(',', before);
    out.append(p.key);
    out.byte('=');
    out.append(p.value);
  }
}

}  // namespace whittle::sampling
