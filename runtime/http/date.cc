// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/date.h"

#include <time.h>

namespace whittle {

static constexpr int64_t kSecond = 1'000'000'000, kDay = 86'400;

std::optional<int64_t> parse_http_date(Text t) {
  constexpr Text kDays = "SunMonTueWedThuFriSat", kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr Text kForm = "Ddd, 00 Mmm 0000 00:00:00 GMT";
  if (t.size() != kForm.size()) return std::nullopt;
  for (size_t i = 0; i < t.size(); ++i) {
    const char c = kForm[i];
    const bool digit = t[i] >= '0' && t[i] <= '9';
    if (c == '0' ? !digit : (i > 2 && (i < 8 || i > 10) && t[i] != c)) return std::nullopt;
  }
  const size_t day = kDays.find(t.substr(0, 3)), month = kMonths.find(t.substr(8, 3));
  if (day == Text::npos || day % 3 != 0 || month == Text::npos || month % 3 != 0) return std::nullopt;
  auto number = [&](size_t at, size_t digits) {
    int n = 0;
    for (size_t i = at; i < at + digits; ++i) n = n * 10 + (t[i] - '0');
    return n;
  };
  struct tm parts = {};
  parts.tm_mday = number(5, 2), parts.tm_mon = static_cast<int>(month / 3), parts.tm_year = number(12, 4) - 1900;
  parts.tm_hour = number(17, 2), parts.tm_min = number(20, 2), parts.tm_sec = number(23, 2);
  if (parts.tm_mday < 1 || parts.tm_mday > 31 || parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60)
    return std::nullopt;
  return timegm(&parts);
}

int64_t parse_retry_after(Text value, int64_t now_ns) {
  int64_t seconds = 0;
  bool digits = !value.empty();
  for (char c : value) {
    digits = digits && c >= '0' && c <= '9';
    if (digits && seconds <= kDay) seconds = seconds * 10 + (c - '0');
  }
  if (!digits) {
    std::optional<int64_t> date = parse_http_date(value);
    if (!date) return 0;
    seconds = *date - now_ns / kSecond;
  }
  return (seconds < 0 ? 0 : seconds > kDay ? kDay : seconds) * kSecond;
}

}  // namespace whittle
