// SPDX-License-Identifier: Apache-2.0
// A timer of what failed and is tried again later. When the collector stops there is no later: then everyone who waits
// tries at once, and again a second after each failure, whatever backoff had been reached, until the deadline.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/loop/loop.h"

namespace whittle {

class RetryTimer {
public:
  RetryTimer(Runtime& runtime, Timer::Fire fire, void* self);
  ~RetryTimer() { unlink(); }
  RetryTimer(const RetryTimer&) = delete;

  void in(int64_t nanoseconds);
  bool pending() const { return timer_.pending(); }

  // The wait that is kept: no longer than a second while the collector stops.
  static int64_t kept(const Runtime& runtime, int64_t wait);
  // Everyone who waits tries as soon as possible. Call it once `draining` is set.
  static void hurry(Runtime& runtime);

private:
  void unlink();

  Runtime& runtime_;
  Timer::Fire fire_;
  void* self_;
  Timer timer_;
  bool linked_ = false;
  RetryTimer *next_ = nullptr, *previous_ = nullptr;
};

}  // namespace whittle
