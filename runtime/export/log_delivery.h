// SPDX-License-Identifier: Apache-2.0
// From the log events that an exporter makes of a payload to the payload's end: what is too old or too new is left out
// and told, the rest goes in batches, and when the last of them is done the queue hears how much of the payload was
// taken.
#pragma once

#include "runtime/aws/log_sender.h"
#include "runtime/export/queue.h"

namespace whittle {

// What PutLogEvents takes, by the clock.
constexpr int64_t kOldestLogEventMs = 14ll * 24 * 3'600'000, kNewestLogEventMs = 2 * 3'600'000;

class LogDelivery {
public:
  // All but `settings` must outlive it; of the texts in `settings` too.
  LogDelivery(const ComponentContext& exporter, ExportQueue& queue, const AwsSettings& settings,
              const LogSenderSettings& sending);
  LogDelivery(const LogDelivery&) = delete;

  bool check(Str place) { return sender_.check(place); }

  // Sends `item` as `events`, which must be there until the item's end is known. `lost` more of its events could not be
  // made, for `why`. The queue hears of the item's end later, from the loop.
  void deliver(Outgoing& item, LogEvents& events, uint64_t lost = 0, Text why = {});

private:
  struct Delivery;

  const ComponentContext& context_;
  Runtime& runtime_;
  ExportQueue& queue_;
  LogSender sender_;
};

}  // namespace whittle
