// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/timestamp.h"

namespace whittle {

int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
  // Years that begin in March make the leap day the last one.
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t of_era = year - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<int64_t> parse_timestamp(Text t) {
  size_t at = 0;
  bool good = true;
  auto number = [&](size_t digits) -> int64_t {
    int64_t v = 0;
    for (size_t i = 0; i < digits; ++i, ++at) {
      if (at >= t.size() || t[at] < '0' || t[at] > '9') return good = false, 0;
      v = v * 10 + (t[at] - '0');
    }
    return v;
  };
  auto literal = [&](char c) {
    if (at < t.size() && (t[at] == c || (c == 'T' && (t[at] == 't' || t[at] == ' ')))) ++at;
    else good = false;
  };
  int64_t year = number(4);
  literal('-');
  int64_t month = number(2);
  literal('-');
  int64_t day = number(2);
  literal('T');
  int64_t hour = number(2);
  literal(':');
  int64_t minute = number(2);
  literal(':');
  int64_t second = number(2), nanos = 0;
  if (at < t.size() && t[at] == '.') {
    int64_t scale = 100'000'000;
    size_t first = ++at;
    for (; at < t.size() && t[at] >= '0' && t[at] <= '9'; ++at, scale /= 10) nanos += (t[at] - '0') * scale;
    good = good && at > first;
  }
  int64_t offset = 0;
  if (at < t.size() && (t[at] == 'Z' || t[at] == 'z')) {
    ++at;
  } else if (at < t.size() && (t[at] == '+' || t[at] == '-')) {
    int64_t sign = t[at++] == '-' ? -1 : 1;
    offset = number(2) * 3600;
    literal(':');
    offset = sign * (offset + number(2) * 60);
  } else {
    good = false;
  }
  if (!good || at != t.size() || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
      second > 60 || year < 1970 || year > 2250)
    return std::nullopt;
  return ((days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) - offset) * 1'000'000'000 +
         nanos;
}

}  // namespace whittle
