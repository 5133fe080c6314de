// SPDX-License-Identifier: Apache-2.0
// Taking telemetry in and handing it on to sending, in one of three modes, which differ in their bounds alone.
#include "runtime/export/queue.h"

#include "runtime/base/log.h"

namespace whittle {

constinit const config::Queue ExportQueue::kFew = []() consteval {
  config::Queue few{};
  few.sizer = config::QueueSizer::Requests;
  few.queue_size = few.num_consumers = QueueBounds::kDirect;
  few.wait_for_result = true;
  return few;
}();

static QueueBounds bounds_of(const config::Queue* settings, uint64_t most_bytes) {
  using B = QueueBounds;
  if (!settings)
    return {config::QueueSizer::Requests, B::kDirect, B::kDirectAwaited, B::kDirectInFlight, most_bytes, true};
  const auto capacity = static_cast<uint64_t>(settings->queue_size);
  return {settings->sizer,
          capacity,
          settings == &ExportQueue::kFew ? B::kDirectAwaited : capacity,
          static_cast<uint32_t>(settings->num_consumers),
          most_bytes,
          settings->wait_for_result};
}

ExportQueue::ExportQueue(const ComponentContext& context, const config::Queue* settings, const config::Retry* retry,
                         Send send, void* self, uint64_t most_bytes, Text name)
    : context_(context), runtime_(*context.runtime), settings_(settings), retry_(retry), send_(send), self_(self),
      bounds_(bounds_of(settings, most_bytes)), name_(name.empty() ? view(context.id) : name),
      flush_timer_(
          *runtime_.loop, [](void* q) { static_cast<ExportQueue*>(q)->drain(); }, this),
      refill_task_(
          *runtime_.loop, [](void* q) { static_cast<ExportQueue*>(q)->refill_and_pump(); }, this),
      store_timer_(*runtime_.loop, [](void* q) { static_cast<ExportQueue*>(q)->room_.made(); }, this) {
  if (bounds_.awaited) runtime_.senders_wait = true;
  next_ = runtime_.first_queue;
  runtime_.first_queue = this;
  runtime_.tell_exports = tell;
  runtime_.delivery = delivery;
  observe();
}

ExportQueue::~ExportQueue() {
  ExportQueue** at = &runtime_.first_queue;
  while (*at != this) at = &(*at)->next_;
  *at = next_;
}

uint64_t ExportQueue::size_of(const Payload& p) const {
  return bounds_.size_of(p.items, p.bytes);
}

bool ExportQueue::has_room(uint64_t size, uint64_t held) const {
  const uint64_t capacity = bounds_.awaited && runtime_.receipt ? bounds_.capacity_awaited : bounds_.capacity;
  // One payload larger than a whole bound still passes when there is nothing else: refusing it would be for ever.
  return size_ == 0 || (size_ + size <= capacity && (store_ || held_ + held <= bounds_.bytes));
}

bool ExportQueue::has_room(const Payload& payload) const {
  return has_room(size_of(payload), payload.held());
}

Status ExportQueue::refuse() {
  runtime_.log->warn("the sending queue is full", {{"exporter", name_}, {"size", size_}, {"bytes", held()}});
  return room_.refuse(runtime_, settings_ && settings_->block_on_overflow, bounds_.awaited);
}

Status ExportQueue::offer(Payload& payload) {
  if (payload.items == 0) {
    payload.clear();
    return Status::Ok;
  }
  const uint64_t size = size_of(payload), held = payload.held();
  if (!has_room(size, held)) return refuse();
  Receipt* receipt = bounds_.awaited ? runtime_.receipt : nullptr;
  StoredRef stored;
  if (Status answer; store_ && !put(payload, size, held, stored, answer)) return answer;
  size_ += size;
  held_ += held;
  items_ += payload.items;
  Counted taken{static_cast<Payload&&>(payload), size, held, runtime_.loop->now(), {}};
  // In a batch items to which nothing is bound have their place among the others.
  if (receipt || store_ || (bounds_.awaited && settings_ && settings_->batch))
    taken.shares.push_back({KeptReceipt(receipt), static_cast<StoredRef&&>(stored), taken.payload.items});
  if (settings_ && settings_->batch) collect(static_cast<Counted&&>(taken));
  else push(static_cast<Counted&&>(taken));
  pump();
  return Status::Ok;
}

void ExportQueue::push(Counted&& c) {
  cut_to_limit(c);
  if (first_ > 64 && first_ * 2 > waiting_.size()) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(first_));
    first_ = 0;
  }
  waiting_.push_back(static_cast<Counted&&>(c));
}

void ExportQueue::pump() {
  while (first_ < waiting_.size() && in_flight_ < bounds_.in_flight) {
    Counted next = static_cast<Counted&&>(waiting_[first_++]);
    if (first_ == waiting_.size()) {
      waiting_.clear();
      first_ = 0;
    }
    ++in_flight_;
    auto* item = new Outgoing(*this, static_cast<Counted&&>(next));
    item->next = on_their_way_;
    on_their_way_ = item;
    attempt(*item);
  }
  tell_size();
}

void ExportQueue::drain() {
  for (Counted& c : collecting_) cut_batches(c, true);
  collecting_.clear();
}

bool ExportQueue::idle() const {
  for (const Counted& c : collecting_)
    if (c.payload.items > 0) return false;
  if (store_ && store_->next(from_disk_).id != 0) return false;
  return in_flight_ == 0 && first_ == waiting_.size();
}

}  // namespace whittle
