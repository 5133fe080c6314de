// SPDX-License-Identifier: Apache-2.0
// From an attempt to its end: sent, sent in part, tried again after a wait, or lost with a reason.
#include "runtime/export/queue.h"

#include "runtime/base/log.h"

#include <algorithm>

namespace whittle {

static constexpr Text kAbandoned = "its sender no longer waits for it";

Outgoing::Outgoing(ExportQueue& q, Counted&& c)
    : queue(q), payload(static_cast<Payload&&>(c.payload)), size(c.size), held(c.held), taken_at(c.taken),
      shares(static_cast<std::vector<Share>&&>(c.shares)), timer(
                                                               q.runtime_,
                                                               [](void* self) {
                                                                 auto& item = *static_cast<Outgoing*>(self);
                                                                 item.queue.attempt(item);
                                                               },
                                                               this) {}

void ExportQueue::attempt(Outgoing& item) {
  if (item.since == 0) {
    item.since = runtime_.loop->now();
    item.interval = retry_ ? retry_->initial_interval : 0;
  } else if (abandoned(item)) {
    return give_up(item, kAbandoned, Loss::Abandoned);
  }
  item.attempted = runtime_.loop->now();
  if (!store_) return send_(self_, item);
  // Of what ends the process while a request is made of it, the next process hears.
  for (const Share& s : item.shares)
    if (s.stored.id() != 0) store_->begin(s.stored.id());
  send_(self_, item);
  for (const Share& s : item.shares)
    if (s.stored.id() != 0) store_->end(s.stored.id());
}

// True when everyone who waits for it has gone.
bool ExportQueue::abandoned(const Outgoing& item) {
  return !item.shares.empty() && std::all_of(item.shares.begin(), item.shares.end(),
                                             [](const Share& a) { return a.receipt && a.receipt->left(); });
}

void ExportQueue::tell(Outgoing& item, Status status, Text why) {
  for (Share& a : item.shares)
    if (a.receipt) a.receipt->tell(status, item.code, why);
}

void ExportQueue::holds(Outgoing& item, uint64_t bytes) {
  held_ -= item.held;
  held_ += bytes;
  item.held = bytes;
}

void ExportQueue::end(Outgoing& item) {
  size_ -= item.size;
  held_ -= item.held;
  items_ -= item.payload.items;
  --in_flight_;
  Outgoing** at = &on_their_way_;
  while (*at != &item) at = &(*at)->next;
  *at = item.next;
  delete &item;
  refill();
  pump();
  room_.made();
}

void ExportQueue::delivered() {
  last_success_ = runtime_.loop->now();
  failing_since_ = 0;
  failures_ = 0;
}

void ExportQueue::failed_once() {
  if (failures_++ == 0) failing_since_ = runtime_.loop->now();
}

void ExportQueue::sent(Outgoing& item) {
  delivered();
  *counters_[static_cast<uint32_t>(item.payload.signal)].sent += static_cast<int64_t>(item.payload.items);
  end(item);
}

void ExportQueue::sent_in_part(Outgoing& item, uint64_t count, Text why, Loss loss) {
  if (count == 0) return sent(item);
  count = std::min(count, item.payload.items);
  if (count == item.payload.items) tell(item, Status::Invalid, why);
  if (count < item.payload.items) delivered();
  else failed_once();
  *counters_[static_cast<uint32_t>(item.payload.signal)].sent += static_cast<int64_t>(item.payload.items - count);
  lost(item.payload.signal, count, loss);
  runtime_.log->error("exporting failed in part; the items are lost",
                      {{"exporter", name_}, {"items", count}, {"of", item.payload.items}, {"error", why}});
  end(item);
}

void ExportQueue::failed(Outgoing& item, Text why, bool may_pass) {
  give_up(item, why, may_pass ? Loss::GivenUp : Loss::Refused);
}

void ExportQueue::lost(Signal signal, uint64_t items, Loss loss) {
  *counters_[static_cast<uint32_t>(signal)].failed += static_cast<int64_t>(items);
  *losses_[static_cast<uint32_t>(loss)] += static_cast<int64_t>(items);
}

void ExportQueue::give_up(Outgoing& item, Text why, Loss loss) {
  if (item.taken > 0)
    return sent_in_part(item, item.payload.items - std::min(item.taken, item.payload.items), why, loss);
  tell(item, loss == Loss::Refused ? Status::Invalid : Status::Refused, why);
  failed_once();
  lost(item.payload.signal, item.payload.items, loss);
  runtime_.log->error("exporting failed; the items are lost",
                      {{"exporter", name_}, {"items", item.payload.items}, {"error", why}});
  end(item);
}

void ExportQueue::again(Outgoing& item, Text why, int64_t after) {
  if (!retry_ || !retry_->enabled) {
    return give_up(item, why, Loss::GivenUp);
  }
  double spread = retry_->randomization_factor;
  uint32_t random;
  runtime_.random(&random, sizeof random);
  double factor = 1 - spread + 2 * spread * (static_cast<double>(random) / 4294967295.0);
  int64_t wait = static_cast<int64_t>(static_cast<double>(item.interval) * factor);
  wait = RetryTimer::kept(runtime_, std::max(wait, after));
  int64_t elapsed = runtime_.loop->now() - item.since;
  if (retry_->max_elapsed_time > 0 && wait > retry_->max_elapsed_time - elapsed) {
    return give_up(item, why, Loss::GivenUp);
  }
  failed_once();
  item.interval = static_cast<int64_t>(std::min(static_cast<double>(item.interval) * std::max(retry_->multiplier, 1.0),
                                                static_cast<double>(retry_->max_interval)));
  runtime_.log->info("exporting failed; it is tried again", {{"exporter", name_},
                                                             {"items", item.payload.items},
                                                             {"error", why},
                                                             {"seconds", static_cast<double>(wait) / 1e9}});
  item.timer.in(wait);
}

void ExportQueue::hurry() {
  for (Outgoing* o = on_their_way_; o; o = o->next)
    if (o->timer.pending()) o->timer.in(0);
}

}  // namespace whittle
