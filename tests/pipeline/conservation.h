// SPDX-License-Identifier: Apache-2.0
// Random pipelines under random loads and answers, held against the contract of telemetry (runtime/abi.h): at every
// step each stage's accepted = handed on + lost + held, nothing arrives twice or out of nothing, what is refused is
// untouched, and when every backend answers again it all ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace whittle::testing {

struct ConservationResult {
  std::string fault;  // empty: the contract was kept
  uint64_t acknowledged = 0, sent = 0, lost = 0, refused = 0;
};

// Builds a pipeline out of the bytes, runs what they say through it, and ends it. The same bytes give the same run.
ConservationResult run_conservation(std::span<const uint8_t> bytes);

}  // namespace whittle::testing
