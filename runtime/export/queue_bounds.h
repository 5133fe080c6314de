// SPDX-License-Identifier: Apache-2.0
// How much a queue holds, and how much of it is on its way at once. There are three modes, and this is all that they
// differ in:
//
//   a queue    as `sending_queue` says
//   few        an exporter without that setting: a few payloads are on their way, and telemetry for which nobody waits
//              is not kept beyond them
//   no queue   `sending_queue::enabled` is false: each request is sent as it comes
//
// Without a queue, as with few, the bound is for telemetry for which nobody waits; what its sender waits for is here
// for as long as that, and only so much of it that a sender's mistake does not fill the memory.
#pragma once

#include "stdlib/common/common_config.h"

#include <stdint.h>

namespace whittle {

struct QueueBounds {
  static constexpr uint32_t kDirect = 10;
  static constexpr uint32_t kDirectAwaited = 1000, kDirectInFlight = 100;

  config::QueueSizer sizer;
  uint64_t capacity;          // in the sizer
  uint64_t capacity_awaited;  // the same, for what its sender waits for
  uint32_t in_flight;         // payloads
  uint64_t bytes;             // of memory, whatever the capacity says
  bool awaited;               // senders wait for the result

  uint64_t size_of(uint64_t items, uint64_t payload_bytes) const {
    if (sizer == config::QueueSizer::Requests) return 1;
    return sizer == config::QueueSizer::Items ? items : payload_bytes;
  }
  // Of a queue with a store, whose other payloads are on the disk alone.
  uint64_t bytes_beside_store() const { return bytes / 2; }
};

}  // namespace whittle
