// SPDX-License-Identifier: Apache-2.0
// What is on the disk: put there before it is taken, brought back in its turn while there is room in memory and it is
// needed there, and gone when its end is known (`StoredRef`).
#include "runtime/export/queue.h"

#include "runtime/base/log.h"

#include <algorithm>

namespace whittle {

static constexpr int64_t kStoreAgain = 1'000'000'000;

bool ExportQueue::start() {
  // Of a replay nothing is to be left.
  if (!settings_ || !settings_->storage || runtime_.offline) return true;
  const Str id = *settings_->storage;
  for (const Component& c : runtime_.collector->components) {
    if (c.kind != ComponentKind::Extension || view(c.context.id) != view(id)) continue;
    if (!c.ops->open_store) break;
    store_ = c.ops->open_store(*c.instance, &context_);
    if (!store_) return false;
    runtime_.queues_on_disk = true;
    for (StoredPayload p = store_->next(0); p.id != 0; p = store_->next(p.id + 1)) {
      size_ += size_of(p);
      items_ += p.items;
    }
    refill_task_.post();
    return true;
  }
  runtime_.log->error("the extension keeps no queues", {{"exporter", context_.id}, {"extension", id}});
  return false;
}

uint64_t ExportQueue::size_of(const StoredPayload& p) const {
  return bounds_.size_of(p.items, p.bytes);
}

bool ExportQueue::put(Payload& payload, uint64_t size, uint64_t held, StoredRef& stored, Status& answer) {
  const uint64_t id = store_->put(payload, runtime_.now_ns());
  if (id == 0) {
    if (!store_timer_.pending()) store_timer_.in(kStoreAgain);
    answer = room_.refuse(runtime_, settings_->block_on_overflow, bounds_.awaited);
    return false;
  }
  // In its turn, when there is room.
  if (store_->next(from_disk_).id != id || held_ + held > bounds_.bytes_beside_store()) {
    size_ += size;
    items_ += payload.items;
    payload.clear();
    refill_task_.post();
    tell_size();
    answer = Status::Ok;
    return false;
  }
  from_disk_ = id + 1;
  stored = StoredRef(*store_, id);
  return true;
}

void ExportQueue::refill_and_pump() {
  refill();
  pump();
}

// Takes up what is on the disk alone, as long as there is room in memory and it is needed there.
void ExportQueue::refill() {
  if (!store_ || refilling_) return;
  refilling_ = true;
  while (held_ < bounds_.bytes_beside_store() && waiting_.size() - first_ < bounds_.in_flight) {
    const StoredPayload next = store_->next(from_disk_);
    if (next.id == 0) break;
    from_disk_ = next.id + 1;
    load(next);
  }
  refilling_ = false;
}

void ExportQueue::load(const StoredPayload& next) {
  StoredRef stored(*store_, next.id);
  Payload payload;
  int64_t taken_ns = 0;
  size_ -= size_of(next);
  items_ -= next.items;
  if (!store_->get(next.id, payload, taken_ns)) {
    return lost(next.signal, next.items, Loss::Unreadable);
  }
  const int64_t now = runtime_.loop->now(), age = std::max<int64_t>(0, runtime_.now_ns() - taken_ns);
  Counted taken{static_cast<Payload&&>(payload), 0, 0, std::max<int64_t>(1, now - age), {}};
  taken.size = size_of(taken.payload);
  taken.held = taken.payload.held();
  taken.shares.push_back({{}, static_cast<StoredRef&&>(stored), taken.payload.items});
  size_ += taken.size;
  held_ += taken.held;
  items_ += taken.payload.items;
  // What a process has ended with goes by itself: others are not to be suspected with it.
  if (settings_->batch && store_->died(next.id) == 0) collect(static_cast<Counted&&>(taken));
  else push(static_cast<Counted&&>(taken));
}

}  // namespace whittle
