// SPDX-License-Identifier: Apache-2.0
// Times as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
#pragma once

#include "runtime/base/bytes.h"

#include <optional>
#include <stdint.h>

namespace whittle {

// Seconds since the epoch. Nothing when `t` is no such time; the two forms that RFC 9110 calls obsolete are none.
std::optional<int64_t> parse_http_date(Text t);

// The nanoseconds that a Retry-After header asks to wait, in seconds or as a date, at `now_ns` since the epoch. 0 when
// it asks for nothing that can be read; a day when it asks for more, whatever it says.
int64_t parse_retry_after(Text value, int64_t now_ns);

}  // namespace whittle
