// SPDX-License-Identifier: Apache-2.0
// Times in headers.
#include "runtime/http/date.h"

#include <gtest/gtest.h>

using namespace whittle;

namespace {

TEST(HttpDate, Forms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT"), 1'709'251'200);
  const std::string good = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(parse_http_date(Text(good).substr(0, n))) << n;
  for (const char* bad :
       {"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT ", "Sun, 06 anF 1994 08:49:37 GMT",
        "unM, 06 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", ""})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
}

TEST(HttpDate, RetryAfter) {
  constexpr int64_t kSecond = 1'000'000'000, kNow = 784'111'777 * kSecond, kDay = 86'400 * kSecond;
  struct Case {
    const char* value;
    int64_t wait;
  };
  constexpr Case kCases[] = {{"0", 0},
                             {"7", 7 * kSecond},
                             {"86400", kDay},
                             {"86401", kDay},
                             {"9223372036854775807", kDay},
                             {"18446744073709551617", kDay},
                             {"99999999999999999999999999999999", kDay},
                             {"-1", 0},
                             {"1.5", 0},
                             {"", 0},
                             {"soon", 0},
                             {"Sun, 06 Nov 1994 08:49:40 GMT", 3 * kSecond},
                             {"Sun, 06 Nov 1994 08:49:30 GMT", 0},
                             {"Fri, 31 Dec 9999 23:59:59 GMT", kDay}};
  for (const Case& c : kCases) EXPECT_EQ(parse_retry_after(c.value, kNow), c.wait) << c.value;
}

}  // namespace
