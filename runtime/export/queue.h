// SPDX-License-Identifier: Apache-2.0
// What exporters share, as the Collector's exporterhelper: a bounded queue in front of sending, joining and splitting,
// and trying again. The exporter only knows how to send one payload.
//
// A payload is in one of three places: collected for a batch (`sending_queue::batch`), waiting, or in flight. What
// counts against the bounds is counted with it from when it is taken until its end is known, wherever it is: its size
// as the settings count it, and the memory that it keeps from being freed.
//
// With `storage` a payload is written to a store before it is taken, and removed from there when its end is known. What
// does not fit into half of the memory is on the disk alone, and comes back in its turn; so does what another process
// has left there.
#pragma once

#include "runtime/base/outgoing.h"
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/export/queue_bounds.h"
#include "runtime/export/store.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/retry_timer.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/pipeline/room.h"

#include "stdlib/common/common_config.h"

#include <vector>

namespace whittle {

class ExportQueue;

// What is bound to the next `items` of a payload: who waits for them, and where they are stored.
struct Share {
  KeptReceipt receipt;
  StoredRef stored;
  uint64_t items;
};

// A payload and what it counts for.
struct Counted {
  Payload payload;
  uint64_t size = 0;  // in the settings' sizer
  uint64_t held = 0;  // bytes of memory
  int64_t taken = 0;  // monotonic ns of when its oldest part was taken
  std::vector<Share> shares;
};

// One payload on its way, from when it is taken out of the queue until its end is known.
struct Outgoing {
  ExportQueue& queue;
  Payload payload;
  uint64_t size, held;
  int64_t taken_at;
  std::vector<Share> shares;
  Outgoing* next = nullptr;  // of those on their way
  int64_t since = 0;         // monotonic ns of the first attempt; 0 before it
  int64_t attempted = 0;     // monotonic ns of the last one
  int64_t interval = 0;      // the next wait
  // The exporter's own, and what is to be done with it when the payload's end is known.
  void* user = nullptr;
  void (*discard)(void* user) = nullptr;
  // Items that the backend has taken already: what is given up later is the rest.
  uint64_t taken = 0;
  // What gRPC says of the last answer, for senders that wait; 0: nothing.
  uint32_t code = 0;
  RetryTimer timer;

  Outgoing(ExportQueue& q, Counted&& c);
  ~Outgoing() {
    if (discard) discard(user);
  }
};

// What a backend takes in one request; 0: as much as there is.
struct RequestLimit {
  uint64_t items = 0, bytes = 0;

  bool exceeded(const Payload& p) const {
    return p.items > 1 && ((items > 0 && p.items > items) || (bytes > 0 && p.bytes > bytes));
  }
};

class ExportQueue {
public:
  // Memory that the queue holds; what comes beyond is refused, whatever `queue_size` says.
  static constexpr uint64_t kMostBytes = 8 << 20;

  // Begins to send; the exporter calls exactly one of sent(), sent_in_part(), again() and failed() for it later, not
  // from inside.
  using Send = void (*)(void* self, Outgoing& item);

  // `settings` null: no queue, and senders wait for the result (queue_bounds.h). `context`, `settings` and `name` must
  // outlive the queue. `name`: what logs call it, where an exporter has several; empty: the exporter's id.
  ExportQueue(const ComponentContext& context, const config::Queue* settings, const config::Retry* retry, Send send,
              void* self, uint64_t most_bytes = kMostBytes, Text name = {});
  // Only when it is idle.
  ~ExportQueue();
  ExportQueue(const ExportQueue&) = delete;

  // Of an exporter that has no setting for a queue: senders wait for the result, and a few payloads are on their way.
  static const config::Queue kFew;

  // Requests of this signal are cut so that each is within the limit. Call it before anything is offered.
  void limit(Signal signal, RequestLimit limit) { limits_[static_cast<uint32_t>(signal)] = limit; }

  // Opens the store. False, with the reason logged, when it cannot.
  bool start();
  // The exporter's consume function.
  Status offer(Payload& payload);
  // Whether offer() would take a payload of this size: without a store, it does then.
  bool has_room(const Payload& payload) const;
  // What offer() answers when it would not.
  Status refuse();

  void sent(Outgoing& item);
  // All but `lost` of its items were taken.
  void sent_in_part(Outgoing& item, uint64_t lost, Text why, Loss loss = Loss::Rejected);
  // The attempt failed in a way that may pass. `after`: nanoseconds that the backend asked to wait, or 0.
  void again(Outgoing& item, Text why, int64_t after);
  // It, or what of it is not `taken`, is lost. `may_pass`: senders that wait are told that another time it may succeed.
  void failed(Outgoing& item, Text why, bool may_pass = false);
  // It has been offered elsewhere, and was taken there: it is neither sent nor lost here.
  void moved(Outgoing& item) { end(item); }
  // From now on the item holds this many bytes: an exporter that encodes a payload whole may give its slices up, and
  // holds what it has made of them.
  void holds(Outgoing& item, uint64_t bytes);

  // What waits to be tried again is tried as soon as possible.
  void hurry();
  // Sends what is collected for a batch too.
  void drain();
  bool idle() const;
  // Bytes of memory that are held here.
  uint64_t held() const { return held_; }
  // Items that are held here: collected, waiting and in flight.
  uint64_t held_items() const { return items_; }

  // Of all queues: `stopped` false: what is sent counts from here; true: says of each exporter what was sent since, and
  // what is left. False when something is left that the process ends with.
  static bool tell(Runtime& runtime, bool stopped);
  // Of all queues, as JSON: what was delivered when, what waits, what fails. False when one has only failed for
  // kGivenUp.
  static bool delivery(Runtime& runtime, Writer& out);
  static constexpr int64_t kGivenUp = int64_t{60} * 1'000'000'000;

private:
  friend struct Outgoing;

  // queue.cc
  uint64_t size_of(const Payload& p) const;
  bool has_room(uint64_t size, uint64_t held) const;
  void push(Counted&& c);
  void pump();

  // queue_batch.cc
  void collect(Counted&& c);
  Counted& collected_with(Signal signal, const std::vector<Metadata::Header>& partition);
  void cut_batches(Counted& from, bool all);
  Counted cut(Counted& from, uint64_t items);
  void cut_to_limit(Counted& c);

  // queue_store.cc
  // Writes what is offered to the store. False when nothing of it goes on from here: `answer` says what became of it.
  bool put(Payload& payload, uint64_t size, uint64_t held, StoredRef& stored, Status& answer);
  void refill();
  void refill_and_pump();
  void load(const StoredPayload& next);
  uint64_t size_of(const StoredPayload& p) const;

  // queue_attempts.cc
  void attempt(Outgoing& item);
  void delivered();
  void failed_once();
  void give_up(Outgoing& item, Text why, Loss loss);
  void lost(Signal signal, uint64_t items, Loss loss);
  static bool abandoned(const Outgoing& item);
  static void tell(Outgoing& item, Status status, Text why);
  void end(Outgoing& item);

  // queue_report.cc
  void observe();
  void tell_size();
  // Monotonic ns of when the oldest of what is here was taken; 0 when nothing is.
  int64_t oldest() const;
  // Of what was lost since the start: how many items, and how many for each reason.
  int64_t losses(Writer& reasons) const;
  // What delivery() says of this one; false when it has only failed for kGivenUp.
  bool append_delivery(Writer& out, int64_t now) const;

  const ComponentContext& context_;
  Runtime& runtime_;
  const config::Queue* settings_;
  const config::Retry* retry_;
  Send send_;
  void* self_;
  const QueueBounds bounds_;
  const Text name_;
  RequestLimit limits_[3];
  std::vector<Counted> collecting_;  // for a batch each, by signal and by the headers of `partition::metadata_keys`
  Timer flush_timer_;
  std::vector<Counted> waiting_;  // a ring: from first_ on
  size_t first_ = 0;
  uint32_t in_flight_ = 0;
  Outgoing* on_their_way_ = nullptr;
  int64_t last_success_ = 0;   // monotonic ns; 0: none yet
  int64_t failing_since_ = 0;  // monotonic ns of the first failure since the last success; 0: none
  uint64_t failures_ = 0;      // since the last success
  uint64_t size_ = 0;          // of everything here
  Outgoings held_;
  uint64_t items_ = 0;
  Store* store_ = nullptr;
  uint64_t from_disk_ = 0;  // from this id on payloads are on the disk alone
  bool refilling_ = false;
  Task refill_task_;
  Timer store_timer_;  // while the store takes nothing
  Room room_;
  ExportCounters counters_[3];
  int64_t* losses_[kLosses];
  int64_t sent_before_ = 0;  // items, until stopping began
  ExportQueue* next_ = nullptr;
  int64_t* queue_size_;  // of all queues of the exporter
  int64_t told_size_ = 0;
};

}  // namespace whittle
