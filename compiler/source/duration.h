// SPDX-License-Identifier: Apache-2.0
// Durations as the Collector writes them: "1h30m", "1.5s", "-20ms", "0".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace whittle::source {

enum class DurationError : uint8_t { Empty, NotANumber, NoUnit, UnknownUnit, TooLarge };

// Nanoseconds of a duration in Go's notation: numbers with units h, m, s, ms, us (also with a micro sign) and ns, one
// after the other, or a lone 0.
std::expected<int64_t, DurationError> parse_duration(std::string_view text);

// The shortest such text: "1m30s", "200ms", "0s".
std::string format_duration(int64_t nanoseconds);

}  // namespace whittle::source
