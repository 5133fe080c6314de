// SPDX-License-Identifier: Apache-2.0
// Durations as Go writes them ("1h30m", "200ms", "-1.5s").
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <optional>
#include <stdint.h>

namespace whittle {

// Nanoseconds, by the rules of Go's time.ParseDuration; nothing when `t` is none or does not fit. A bare number is
// taken as nanoseconds, as the Collector takes it.
std::optional<int64_t> parse_duration(Text t);

// As time.Duration.String: "1h2m3.5s", "250ms", "-1\u00b5s", "0s".
void append_duration(Writer& out, int64_t nanoseconds);

}  // namespace whittle
