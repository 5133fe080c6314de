// SPDX-License-Identifier: Apache-2.0
// One payload to several consumers: the exporters of a pipeline, or the pipelines that a receiver feeds.
//
// Each branch answers for itself. What one took is never offered to it again, and one that has no room keeps what it
// was offered in a place of its own, in its order, while the others go on. A branch whose place is full loses its own
// newest, counted and logged by the names of the exporters that do not get it. Senders are asked to wait only when no
// branch has room, or when one has none that blocks (`block_on_overflow`).
#pragma once

#include "runtime/base/payload.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/pipeline/room.h"

#include <vector>

namespace whittle {

class FanOut {
public:
  // What a branch may hold before it is full; one payload more comes on top.
  static constexpr uint64_t kPlace = 1 << 20;

  // `context.config` is a FanOutSpec. Both must outlive this.
  explicit FanOut(const ComponentContext& context, uint64_t place = kPlace);
  ~FanOut();
  FanOut(const FanOut&) = delete;

  Status offer(Payload& payload);
  bool idle() const;
  // Bytes that the branches hold, as Payload::held() counts.
  uint64_t held() const;
  // Items that a branch holds.
  uint64_t held_items(size_t branch) const;

private:
  struct Branch;

  Runtime& runtime_;
  const uint64_t place_;
  Room room_;
  std::vector<Branch*> branches_;
  std::vector<const char*> reasons_;  // during offer(): by branch, why it will never have the payload
};

}  // namespace whittle
