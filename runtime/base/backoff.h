// SPDX-License-Identifier: Apache-2.0
// How long to wait before something that failed is tried again: longer each time, and varied at random, so that many
// who failed together do not come back together (the Collector's exporterhelper does the same, with the library
// cenkalti/backoff).
#pragma once

#include <optional>
#include <stdint.h>

namespace whittle {

// Times in nanoseconds.
struct BackoffSettings {
  int64_t first = 1'000'000'000;
  double multiplier = 1.5;  // from one wait to the next; below 1 counts as 1
  int64_t longest = 30'000'000'000;
  double spread = 0.5;        // each wait is taken from `wait * (1 - spread)` to `wait * (1 + spread)`
  int64_t give_up_after = 0;  // of trying; 0: never
};

class Backoff {
public:
  // The wait before the next attempt, `at_least` that the other side asked for; nothing when it would come too late.
  // `now` is monotonic: time counts from the first call, or from begin(). `random` are 32 uniform bits.
  std::optional<int64_t> next(const BackoffSettings& s, int64_t now, uint32_t random, int64_t at_least = 0);

  // Time counts from here: the first attempt begins.
  void begin(int64_t now) { since_ = now; }

private:
  int64_t since_ = 0;  // 0: nothing has begun
  double wait_ = 0;    // the last one, before it was varied; 0: there was none
};

}  // namespace whittle
