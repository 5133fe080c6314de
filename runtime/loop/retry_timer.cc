// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/retry_timer.h"

namespace whittle {

static constexpr int64_t kWhileDraining = 1'000'000'000;

RetryTimer::RetryTimer(Runtime& runtime, Timer::Fire fire, void* self)
    : runtime_(runtime), fire_(fire), self_(self), timer_(
                                                       *runtime.loop,
                                                       [](void* t) {
                                                         auto& timer = *static_cast<RetryTimer*>(t);
                                                         timer.unlink();
                                                         timer.fire_(timer.self_);  // may end with `timer` gone
                                                       },
                                                       this) {}

int64_t RetryTimer::kept(const Runtime& runtime, int64_t wait) {
  return runtime.draining && wait > kWhileDraining ? kWhileDraining : wait;
}

void RetryTimer::in(int64_t nanoseconds) {
  timer_.in(kept(runtime_, nanoseconds));
  if (linked_) return;
  linked_ = true;
  next_ = runtime_.first_retry;
  if (next_) next_->previous_ = this;
  runtime_.first_retry = this;
}

void RetryTimer::unlink() {
  if (!linked_) return;
  (previous_ ? previous_->next_ : runtime_.first_retry) = next_;
  if (next_) next_->previous_ = previous_;
  next_ = previous_ = nullptr;
  linked_ = false;
}

void RetryTimer::hurry(Runtime& runtime) {
  for (RetryTimer* t = runtime.first_retry; t; t = t->next_) t->timer_.in(0);
}

}  // namespace whittle
