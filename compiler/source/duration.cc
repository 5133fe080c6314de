// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/duration.h"

#include <limits>

namespace whittle::source {

namespace {

struct Unit {
  std::string_view name;
  uint64_t nanoseconds;
};

constexpr Unit kUnits[] = {
    {"ns", 1},         {"us", 1000},         {"\xc2\xb5s", 1000},   {"\xce\xbcs", 1000},
    {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000},
};

constexpr uint64_t kLimit = uint64_t{1} << 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::expected<int64_t, DurationError> parse_duration(std::string_view s) {
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  if (s == "0") return 0;
  if (s.empty()) return std::unexpected(DurationError::Empty);
  uint64_t total = 0;
  while (!s.empty()) {
    if (s[0] != '.' && !is_digit(s[0])) return std::unexpected(DurationError::NotANumber);
    uint64_t whole = 0;
    size_t digits = 0;
    while (!s.empty() && is_digit(s[0])) {
      auto digit = static_cast<uint64_t>(s[0] - '0');
      if (whole > (kLimit - digit) / 10) return std::unexpected(DurationError::TooLarge);
      whole = whole * 10 + digit;
      s.remove_prefix(1);
      ++digits;
    }
    double fraction = 0, scale = 1;
    if (!s.empty() && s[0] == '.') {
      s.remove_prefix(1);
      while (!s.empty() && is_digit(s[0])) {
        if (scale < 1e18) {
          fraction = fraction * 10 + (s[0] - '0');
          scale *= 10;
        }
        s.remove_prefix(1);
        ++digits;
      }
    }
    if (digits == 0) return std::unexpected(DurationError::NotANumber);
    size_t length = 0;
    while (length < s.size() && s[length] != '.' && !is_digit(s[length])) ++length;
    if (length == 0) return std::unexpected(DurationError::NoUnit);
    const Unit* unit = nullptr;
    for (const Unit& u : kUnits) {
      if (u.name == s.substr(0, length)) unit = &u;
    }
    if (unit == nullptr) return std::unexpected(DurationError::UnknownUnit);
    s.remove_prefix(length);
    if (whole > kLimit / unit->nanoseconds) return std::unexpected(DurationError::TooLarge);
    uint64_t part = whole * unit->nanoseconds;
    if (fraction > 0) part += static_cast<uint64_t>(fraction * (static_cast<double>(unit->nanoseconds) / scale));
    if (part > kLimit || total > kLimit - part) return std::unexpected(DurationError::TooLarge);
    total += part;
  }
  if (negative) return static_cast<int64_t>(-total);
  if (total > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return std::unexpected(DurationError::TooLarge);
  return static_cast<int64_t>(total);
}

std::string format_duration(int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  std::string out;
  uint64_t left = nanoseconds < 0 ? -static_cast<uint64_t>(nanoseconds) : static_cast<uint64_t>(nanoseconds);
  if (nanoseconds < 0) out += '-';
  static constexpr Unit kLargestFirst[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                                           {"ms", 1'000'000},        {"us", 1000},          {"ns", 1}};
  for (const Unit& unit : kLargestFirst) {
    if (left < unit.nanoseconds) continue;
    out += std::to_string(left / unit.nanoseconds);
    out += unit.name;
    left %= unit.nanoseconds;
  }
  return out;
}

}  // namespace whittle::source
