// SPDX-License-Identifier: Apache-2.0
// What exporters share, as the Collector's exporterhelper: a bounded queue in front of sending, joining and splitting,
// and trying again. The exporter only knows how to send one payload.
#pragma once

#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/loop/loop.h"

#include "stdlib/common/common_config.h"

#include <vector>

namespace whittle {

class ExportQueue;

// One payload on its way, from when it is taken out of the queue until its end is known.
struct Outgoing {
  ExportQueue& queue;
  Payload payload;
  int64_t since;         // monotonic ns of the first attempt; 0 before it
  int64_t interval;      // the next wait
  void* user = nullptr;  // the exporter's own
  Timer timer;

  Outgoing(ExportQueue& q, Payload&& p);
};

class ExportQueue {
public:
  // Bytes that wait and are in flight together; what comes beyond is refused, whatever `queue_size` says.
  static constexpr uint64_t kMostBytes = 8 << 20;

  // Begins to send; the exporter calls exactly one of sent(), again() and failed() for it later, not from inside.
  using Send = void (*)(void* self, Outgoing& item);

  // `settings` null: no queue, at most kDirect payloads in flight. `context` must outlive the queue.
  ExportQueue(const ComponentContext& context, const config::Queue* settings, const config::Retry* retry, Send send,
              void* self);

  // The exporter's consume function.
  Status offer(Payload& payload);

  void sent(Outgoing& item);
  // The attempt failed in a way that may pass. `after`: nanoseconds that the backend asked to wait, or 0.
  void again(Outgoing& item, Text why, int64_t after);
  // It will never succeed.
  void failed(Outgoing& item, Text why);

  // Sends what is collected for a batch too.
  void drain();
  bool idle() const;

private:
  friend struct Outgoing;
  static constexpr uint32_t kDirect = 10;

  struct Counters {
    int64_t *sent, *failed, *refused;
  };
  uint64_t size_of(const Payload& p) const;
  void push(Payload&& p);
  void flush(uint32_t signal, bool all);
  void pump();
  void attempt(Outgoing& item);
  void end(Outgoing& item);

  const ComponentContext& context_;
  Runtime& runtime_;
  const config::Queue* settings_;
  const config::Retry* retry_;
  Send send_;
  void* self_;
  Payload collecting_[3];  // for a batch, by signal
  Timer flush_timer_;
  std::vector<Payload> waiting_;  // a ring: from first_ on
  size_t first_ = 0;
  uint64_t size_ = 0;   // waiting and collected, in the settings' sizer
  uint64_t bytes_ = 0;  // waiting, collected and in flight
  uint32_t in_flight_ = 0;
  Counters counters_[3];
  int64_t* queue_size_;
};

}  // namespace whittle
