// SPDX-License-Identifier: Apache-2.0
// RFC 3339 times ("2026-03-02T08:43:30.5Z"), as AWS writes them.
#pragma once

#include "runtime/base/bytes.h"

#include <optional>
#include <stdint.h>

namespace whittle {

// Nanoseconds since the epoch; digits beyond the ninth are dropped. Nothing when `t` is no such time.
std::optional<int64_t> parse_timestamp(Text t);

// Days since 1970-01-01 of a date of the Gregorian calendar.
int64_t days_from_civil(int64_t year, int64_t month, int64_t day);

}  // namespace whittle
