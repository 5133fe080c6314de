// SPDX-License-Identifier: Apache-2.0
// Where a processor with state keeps what it made of a payload that it has taken, while what comes next has no room: it
// cannot make it a second time. Until that is handed on it takes in nothing more.
#pragma once

#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/pipeline/room.h"

namespace whittle {

class Holder {
public:
  Holder(const ComponentContext& context, Signal signal)
      : context_(context), signal_(signal), held_(signal),
        waiter_(
            *context.runtime->loop, [](void* self) { static_cast<Holder*>(self)->try_again(); }, this),
        dropped_(dropped_items(*context.runtime->metrics, view(context.id), signal)) {}

  bool idle() const { return held_.slices.empty(); }

  // The answer to a payload that comes while something is held.
  Status refuse() { return room_.refuse(*context_.runtime, blocks_, awaited_); }

  // Hands on what was made of a payload that was taken, and keeps it where it is refused. Nothing may be held.
  void give(Payload&& made) {
    if (made.slices.empty()) return;
    held_ = static_cast<Payload&&>(made);
    hand_on();
    if (!idle() && awaited_) receipt_ = KeptReceipt(context_.runtime->receipt);
  }

private:
  void try_again() {
    {
      const Receipt::Scope scope(*context_.runtime, receipt_.get());
      hand_on();
    }
    if (!idle()) return;
    receipt_ = {};
    room_.made();
  }

  void hand_on() {
    const uint64_t items = held_.items;
    Runtime& runtime = *context_.runtime;
    switch (offer(runtime, context_.out[static_cast<uint32_t>(signal_)], held_)) {
    case Status::Ok: held_.clear(); return;
    case Status::Invalid:
      *dropped_ += static_cast<int64_t>(items);
      if (runtime.receipt) runtime.receipt->tell(Status::Invalid, 0, "it was refused for good");
      runtime.log->error("telemetry was refused for good and is lost", {{"processor", context_.id}, {"items", items}});
      held_.clear();
      return;
    case Status::Refused: break;
    }
    blocks_ = runtime.refused_at && runtime.refused_at->blocks();
    awaited_ = !runtime.refused_at || runtime.refused_at->awaited();
    waiter_.wait(runtime);
  }

  const ComponentContext& context_;
  Signal signal_;
  Payload held_;
  KeptReceipt receipt_;  // of what is held
  Waiter waiter_;
  Room room_;
  bool blocks_ = false;  // what asks senders to wait
  bool awaited_ = true;  // by senders who are answered when it was delivered
  int64_t* dropped_;
};

}  // namespace whittle
