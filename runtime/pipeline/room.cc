// SPDX-License-Identifier: Apache-2.0
#include "runtime/pipeline/room.h"

namespace whittle {

static constexpr int64_t kAskAgain = 100'000'000;

void Waiter::wait(Runtime& runtime) {
  cancel();
  at_ = runtime.refused_at;
  if (!at_) return timer_.in(kAskAgain);
  next_ = at_->first_;
  if (next_) next_->previous_ = this;
  at_->first_ = this;
}

void Waiter::cancel() {
  task_.cancel();
  timer_.cancel();
  if (!at_) return;
  (previous_ ? previous_->next_ : at_->first_) = next_;
  if (next_) next_->previous_ = previous_;
  at_ = nullptr;
  next_ = previous_ = nullptr;
}

Room::~Room() {
  made();
}

void Room::made() {
  while (Waiter* waiter = first_) {
    waiter->cancel();
    waiter->task_.post();
  }
}

}  // namespace whittle
