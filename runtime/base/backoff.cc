// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/backoff.h"

#include <algorithm>

namespace whittle {

std::optional<int64_t> Backoff::next(const BackoffSettings& s, int64_t now, uint32_t random, int64_t at_least) {
  if (since_ == 0) since_ = now;
  auto longest = static_cast<double>(s.longest);
  // The first wait is the one that was asked for, even where it is longer than the longest.
  wait_ = wait_ == 0 ? static_cast<double>(s.first) : std::min(wait_ * std::max(s.multiplier, 1.0), longest);
  double factor = 1 - s.spread + 2 * s.spread * (static_cast<double>(random) / 4294967295.0);
  int64_t wait = std::max(static_cast<int64_t>(wait_ * factor), at_least);
  if (s.give_up_after > 0 && now - since_ + wait > s.give_up_after) return std::nullopt;
  return wait;
}

}  // namespace whittle
