// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/duration.h"

#include "runtime/base/number.h"

namespace whittle {

std::optional<int64_t> parse_duration(Text t) {
  if (auto bare = parse_int(t)) return bare;
  struct Unit {
    Text name;
    int64_t nanoseconds;
  };
  static constexpr Unit kUnits[] = {
      {"ns", 1},         {"us", 1000},         {"\xC2\xB5s", 1000},   {"\xCE\xBCs", 1000},
      {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
  bool negative = t.starts_with('-');
  if (negative || t.starts_with('+')) t.remove_prefix(1);
  if (t.empty()) return std::nullopt;
  double total = 0;
  __int128 whole = 0;
  while (!t.empty()) {
    size_t n = 0;
    while (n < t.size() && ((t[n] >= '0' && t[n] <= '9') || t[n] == '.')) ++n;
    auto number = parse_double(t.substr(0, n));
    auto integer = parse_uint(t.substr(0, n));
    if (n == 0 || !number) return std::nullopt;
    t.remove_prefix(n);
    const Unit* unit = nullptr;
    for (const Unit& u : kUnits) {
      // "m" must not take the beginning of "ms".
      bool ends = t.size() == u.name.size() ||
                  (t.size() > u.name.size() &&
                   ((t[u.name.size()] >= '0' && t[u.name.size()] <= '9') || t[u.name.size()] == '.'));
      if (t.starts_with(u.name) && ends) unit = &u;
    }
    if (!unit) return std::nullopt;
    t.remove_prefix(unit->name.size());
    if (integer) whole += static_cast<__int128>(*integer) * unit->nanoseconds;
    else total += *number * static_cast<double>(unit->nanoseconds);
    if (whole > INT64_MAX || total > 9.2e18) return std::nullopt;
  }
  __int128 sum = whole + static_cast<__int128>(total);
  if (sum > INT64_MAX) return std::nullopt;
  return negative ? -static_cast<int64_t>(sum) : static_cast<int64_t>(sum);
}

void append_duration(Writer& out, int64_t nanoseconds) {
  uint64_t n = static_cast<uint64_t>(nanoseconds);
  if (nanoseconds < 0) out.byte('-'), n = 0 - n;
  auto put = [&out](uint64_t value, uint64_t one, Text unit) {
    append_uint(out, value / one);
    uint64_t rest = value % one;
    if (rest > 0) out.byte('.');
    while (rest > 0) {
      rest *= 10;
      out.byte(static_cast<uint8_t>('0' + rest / one));
      rest %= one;
    }
    out.append(unit);
  };
  if (n == 0) return out.append(Text("0s"));
  if (n < 1'000) return put(n, 1, "ns");
  if (n < 1'000'000) return put(n, 1'000, "\u00b5s");
  if (n < 1'000'000'000) return put(n, 1'000'000, "ms");
  const uint64_t minutes = n / 60'000'000'000;
  if (minutes >= 60) put(minutes / 60, 1, "h");
  if (minutes > 0) put(minutes % 60, 1, "m");
  put(n % 60'000'000'000, 1'000'000'000, "s");
}

}  // namespace whittle
