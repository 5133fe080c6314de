// SPDX-License-Identifier: Apache-2.0
#include "runtime/export/queue.h"

#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/record/items.h"

#include <algorithm>

namespace whittle {

Outgoing::Outgoing(ExportQueue& q, Payload&& p)
    : queue(q), payload(static_cast<Payload&&>(p)), since(0), interval(0),
      timer(
          *q.runtime_.loop,
          [](void* self) { static_cast<Outgoing*>(self)->queue.attempt(*static_cast<Outgoing*>(self)); }, this) {}

static constexpr Text kItems[] = {"spans", "metric_points", "log_records"};
static constexpr Text kUnits[] = {"{span}", "{datapoint}", "{record}"};

ExportQueue::ExportQueue(const ComponentContext& context, const config::Queue* settings, const config::Retry* retry,
                         Send send, void* self)
    : context_(context), runtime_(*context.runtime), settings_(settings), retry_(retry), send_(send), self_(self),
      flush_timer_(
          *runtime_.loop,
          [](void* queue) {
            for (uint32_t s = 0; s < 3; ++s) static_cast<ExportQueue*>(queue)->flush(s, true);
          },
          this) {
  for (uint32_t s = 0; s < 3; ++s) {
    collecting_[s].signal = static_cast<Signal>(s);
    auto counter = [&](Text prefix, Text help) {
      Writer name;
      name.append(prefix);
      name.append(kItems[s]);
      return runtime_.metrics->counter(
          {name.text(), help, kUnits[s], "go.opentelemetry.io/collector/exporter/exporterhelper"},
          {{"exporter", view(context.id)}});
    };
    counters_[s] = {
        counter("otelcol_exporter_sent_", "Number of items successfully sent to destination."),
        counter("otelcol_exporter_send_failed_", "Number of items in failed attempts to send to destination."),
        counter("otelcol_exporter_enqueue_failed_", "Number of items failed to be added to the sending queue.")};
  }
  constexpr Text kScope = "go.opentelemetry.io/collector/exporter/exporterhelper";
  queue_size_ = runtime_.metrics->gauge(
      {"otelcol_exporter_queue_size", "Current size of the retry queue (in batches).", "{batch}", kScope},
      {{"exporter", view(context.id)}});
  *runtime_.metrics->gauge(
      {"otelcol_exporter_queue_capacity", "Fixed capacity of the retry queue (in batches).", "{batch}", kScope},
      {{"exporter", view(context.id)}}) = settings ? settings->queue_size : kDirect;
}

uint64_t ExportQueue::size_of(const Payload& p) const {
  if (!settings_ || settings_->sizer == config::QueueSizer::Requests) return 1;
  return settings_->sizer == config::QueueSizer::Items ? p.items : p.bytes;
}

Status ExportQueue::offer(Payload& payload) {
  if (payload.items == 0) return Status::Ok;
  uint64_t size = size_of(payload),
           most = settings_ ? static_cast<uint64_t>(settings_->queue_size) : kDirect - std::min(in_flight_, kDirect);
  uint32_t signal = static_cast<uint32_t>(payload.signal);
  bool empty = size_ == 0 && in_flight_ == 0;
  // One payload larger than the whole bound still passes when there is nothing else: refusing it would be for ever.
  if (size_ + size > most || (bytes_ + payload.bytes > kMostBytes && !empty)) {
    *counters_[signal].refused += static_cast<int64_t>(payload.items);
    runtime_.log->warn("the sending queue is full: senders are asked to wait",
                       {{"exporter", context_.id}, {"size", size_}, {"bytes", bytes_}});
    return Status::Refused;
  }
  size_ += size;
  bytes_ += payload.bytes;
  if (settings_ && settings_->batch) {
    bool fresh = collecting_[signal].items == 0;
    collecting_[signal].join(static_cast<Payload&&>(payload));
    if (fresh && !flush_timer_.pending()) flush_timer_.in(settings_->batch->flush_timeout);
    flush(signal, runtime_.draining);
  } else {
    push(static_cast<Payload&&>(payload));
  }
  pump();
  return Status::Ok;
}

void ExportQueue::push(Payload&& p) {
  if (first_ > 64 && first_ * 2 > waiting_.size()) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(first_));
    first_ = 0;
  }
  waiting_.push_back(static_cast<Payload&&>(p));
}

// Moves full batches, and the rest when `all`, from what is collected to what waits.
void ExportQueue::flush(uint32_t signal, bool all) {
  const config::QueueBatch& b = *settings_->batch;
  Payload& p = collecting_[signal];
  bool by_items = b.sizer != config::QueueBatchSizer::Bytes;
  while (p.items > 0 && (all || (by_items ? p.items : p.bytes) >= static_cast<uint64_t>(b.min_size))) {
    uint64_t n = p.items;
    if (b.max_size > 0)
      n = by_items
              ? static_cast<uint64_t>(b.max_size)
              : std::max<uint64_t>(1, static_cast<uint64_t>(b.max_size) * p.items / std::max<uint64_t>(p.bytes, 1));
    uint64_t before = size_of(p);
    Payload part(p.signal);
    take_items(p, n, part);
    // Requests were counted as they came; the batches that they became are counted instead.
    size_ += size_of(part) + (p.items ? size_of(p) : 0);
    size_ -= std::min(size_, before);
    push(static_cast<Payload&&>(part));
  }
  pump();
}

void ExportQueue::pump() {
  uint32_t most = settings_ ? static_cast<uint32_t>(settings_->num_consumers) : kDirect;
  while (first_ < waiting_.size() && in_flight_ < most) {
    Payload p = static_cast<Payload&&>(waiting_[first_++]);
    if (first_ == waiting_.size()) {
      waiting_.clear();
      first_ = 0;
    }
    size_ -= std::min(size_, size_of(p));
    ++in_flight_;
    attempt(*new Outgoing(*this, static_cast<Payload&&>(p)));
  }
  if (first_ == waiting_.size()) {
    uint64_t collected = 0;
    for (const Payload& p : collecting_) collected += p.items;
    if (collected == 0) size_ = 0;
  }
  *queue_size_ = static_cast<int64_t>(size_);
}

void ExportQueue::attempt(Outgoing& item) {
  if (item.since == 0) {
    item.since = runtime_.loop->now();
    item.interval = retry_ ? retry_->initial_interval : 0;
  }
  send_(self_, item);
}

void ExportQueue::end(Outgoing& item) {
  bytes_ -= std::min(bytes_, item.payload.bytes);
  --in_flight_;
  delete &item;
  pump();
}

void ExportQueue::sent(Outgoing& item) {
  *counters_[static_cast<uint32_t>(item.payload.signal)].sent += static_cast<int64_t>(item.payload.items);
  end(item);
}

void ExportQueue::failed(Outgoing& item, Text why) {
  *counters_[static_cast<uint32_t>(item.payload.signal)].failed += static_cast<int64_t>(item.payload.items);
  runtime_.log->error("exporting failed; the items are lost",
                      {{"exporter", context_.id}, {"items", item.payload.items}, {"error", why}});
  end(item);
}

void ExportQueue::again(Outgoing& item, Text why, int64_t after) {
  if (!retry_ || !retry_->enabled) return failed(item, why);
  double spread = retry_->randomization_factor;
  uint32_t random;
  runtime_.random(&random, sizeof random);
  double factor = 1 - spread + 2 * spread * (static_cast<double>(random) / 4294967295.0);
  int64_t wait = static_cast<int64_t>(static_cast<double>(item.interval) * factor);
  wait = std::max(wait, after);
  int64_t elapsed = runtime_.loop->now() - item.since;
  if (retry_->max_elapsed_time > 0 && elapsed + wait > retry_->max_elapsed_time) return failed(item, why);
  item.interval = static_cast<int64_t>(std::min(static_cast<double>(item.interval) * std::max(retry_->multiplier, 1.0),
                                                static_cast<double>(retry_->max_interval)));
  runtime_.log->info("exporting failed; it is tried again", {{"exporter", context_.id},
                                                             {"items", item.payload.items},
                                                             {"error", why},
                                                             {"seconds", static_cast<double>(wait) / 1e9}});
  item.timer.in(wait);
}

void ExportQueue::drain() {
  if (settings_ && settings_->batch)
    for (uint32_t s = 0; s < 3; ++s) flush(s, true);
}

bool ExportQueue::idle() const {
  for (const Payload& p : collecting_)
    if (p.items > 0) return false;
  return in_flight_ == 0 && first_ == waiting_.size();
}

}  // namespace whittle
