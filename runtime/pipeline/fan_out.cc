// SPDX-License-Identifier: Apache-2.0
#include "runtime/pipeline/fan_out.h"

#include "runtime/base/log.h"
#include "runtime/pipeline/item_counters.h"

#include <algorithm>

namespace whittle {

static constexpr const char* kForGood = "it was refused for good";

// One way out, and what waits for room there.
struct FanOut::Branch {
  struct Kept {
    Payload payload;
    uint64_t held;
    KeptReceipt receipt;
  };

  FanOut& fan_out;
  Runtime& runtime;
  const BranchSpec& spec;
  std::vector<Kept> kept;  // in order of arrival, from `first` on
  size_t first = 0;
  uint64_t held = 0, items = 0;
  bool blocks = false;                     // what refused last asks senders to wait
  bool awaited = true;                     // and answers them when what it takes was delivered
  std::vector<int64_t*> lost;              // the counters of the exporters behind it
  std::vector<int64_t*> no_room, refused;  // likewise, by the reason
  Waiter waiter;

  Branch(FanOut& f, const BranchSpec& s, Signal signal)
      : fan_out(f), runtime(f.runtime_), spec(s),
        waiter(*runtime.loop, [](void* self) { static_cast<Branch*>(self)->pump(); }, this) {
    for (Str exporter : spec.exporters) {
      lost.push_back(export_counters(*runtime.metrics, view(exporter), signal).lost);
      no_room.push_back(lost_items(*runtime.metrics, view(exporter), Loss::NoRoom));
      refused.push_back(lost_items(*runtime.metrics, view(exporter), Loss::Refused));
    }
  }

  bool waits() const { return first < kept.size(); }
  bool full() const { return held >= fan_out.place_; }

  // Null: the branch has taken the payload or keeps it. Otherwise why this branch will never have it.
  const char* take(Payload& payload) {
    if (!waits()) {
      const Status answer = whittle::offer(runtime, spec.out, payload);
      if (answer == Status::Ok) return nullptr;
      if (answer == Status::Invalid) return kForGood;
      wait_for_room();
    }
    if (full()) return "there is no room for it";
    const uint64_t bytes = payload.held();
    held += bytes;
    items += payload.items;
    kept.push_back({static_cast<Payload&&>(payload), bytes, KeptReceipt(awaited ? runtime.receipt : nullptr)});
    return nullptr;
  }

  void wait_for_room() {
    blocks = runtime.refused_at && runtime.refused_at->blocks();
    awaited = !runtime.refused_at || runtime.refused_at->awaited();
    waiter.wait(runtime);
  }

  // Offers what is kept until something is refused again.
  void pump() {
    const bool was_full = full();
    while (waits()) {
      Kept& next = kept[first];
      const uint64_t n = next.payload.items;
      const Receipt::Scope scope(runtime, next.receipt.get());
      const Status answer = whittle::offer(runtime, spec.out, next.payload);
      if (answer == Status::Refused) {
        wait_for_room();
        break;
      }
      if (answer == Status::Invalid) lose(n, kForGood);
      held -= next.held;
      items -= n;
      next.payload.clear();
      next.receipt = {};
      ++first;
    }
    if (!waits() || first > 64) {
      kept.erase(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(first));
      first = 0;
    }
    if (was_full && !full()) fan_out.room_.made();
  }

  void lose(uint64_t n, Text why) {
    for (int64_t* counter : lost) *counter += static_cast<int64_t>(n);
    for (int64_t* counter : why == kForGood ? refused : no_room) *counter += static_cast<int64_t>(n);
    // Of a branch that nobody waits for the sender hears nothing: it would send again what the others have.
    if (runtime.receipt && (awaited || why == kForGood))
      runtime.receipt->tell(why == kForGood ? Status::Invalid : Status::Refused, 0, why);
    runtime.log->error("telemetry is lost for one way out of several",
                       {{"to", spec.name}, {"items", n}, {"error", why}});
  }
};

FanOut::FanOut(const ComponentContext& context, uint64_t place) : runtime_(*context.runtime), place_(place) {
  const auto& spec = *static_cast<const FanOutSpec*>(context.config);
  for (const BranchSpec& branch : spec.branches) branches_.push_back(new Branch(*this, branch, spec.signal));
}

FanOut::~FanOut() {
  for (Branch* branch : branches_) delete branch;
}

Status FanOut::offer(Payload& payload) {
  if (payload.items == 0) return Status::Ok;
  bool room = false, awaited = false;
  for (const Branch* branch : branches_) {
    if (branch->full() && branch->blocks) return room_.refuse(runtime_, true, branch->awaited);
    room = room || !branch->full();
    awaited = awaited || branch->awaited;
  }
  if (!room) return room_.refuse(runtime_, false, awaited);
  const uint64_t items = payload.items;
  reasons_.clear();
  bool taken = false;
  for (Branch* branch : branches_) {
    // The last one gets the payload itself: after all that were cloned from it.
    const bool last = branch == branches_.back();
    Payload copy = last ? Payload() : payload.clone();
    const char* reason = branch->take(last ? payload : copy);
    reasons_.push_back(reason);
    taken = taken || !reason;
  }
  // Nobody wanted it: it was not taken, so nobody has lost it either.
  if (!taken) return Status::Invalid;
  for (size_t i = 0; i < branches_.size(); ++i)
    if (reasons_[i]) branches_[i]->lose(items, reasons_[i]);
  payload.clear();
  return Status::Ok;
}

bool FanOut::idle() const {
  return std::none_of(branches_.begin(), branches_.end(), [](const Branch* b) { return b->waits(); });
}

uint64_t FanOut::held_items(size_t branch) const {
  return branches_[branch]->items;
}

uint64_t FanOut::held() const {
  uint64_t sum = 0;
  for (const Branch* branch : branches_) sum += branch->held;
  return sum;
}

extern "C" Status rt_fan_out(void* fan_out, Payload* payload) {
  return static_cast<FanOut*>(fan_out)->offer(*payload);
}

extern "C" const ComponentOps rt_fan_out_ops = {
    .create = [](const ComponentContext* context) -> void* { return new FanOut(*context); },
    .idle = [](void* self) { return static_cast<FanOut*>(self)->idle(); },
};

}  // namespace whittle
