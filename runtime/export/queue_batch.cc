// SPDX-License-Identifier: Apache-2.0
// Joining and splitting: what is collected for a batch, and requests that are cut so that a backend takes them. What is
// cut counts for its share of the size, and everything that is bound to it goes along.
#include "runtime/export/queue.h"

#include "runtime/record/items.h"

#include <algorithm>

namespace whittle {

Counted& ExportQueue::collected_with(Signal signal, const std::vector<Metadata::Header>& partition) {
  for (Counted& c : collecting_)
    if (c.payload.signal == signal && c.payload.metadata.named(settings_->batch->partition.metadata_keys) == partition)
      return c;
  return collecting_.emplace_back(Counted{Payload(signal), 0, 0, 0, {}});
}

void ExportQueue::collect(Counted&& c) {
  // Headers that tell batches apart.
  std::vector<Metadata::Header> partition = c.payload.metadata.named(settings_->batch->partition.metadata_keys);
  Counted& collected = collected_with(c.payload.signal, partition);
  const bool first = collected.payload.items == 0;
  if (first && !flush_timer_.pending()) flush_timer_.in(settings_->batch->flush_timeout);
  if (first) collected.taken = c.taken;
  collected.payload.join(static_cast<Payload&&>(c.payload));
  if (!first && !partition.empty()) collected.payload.metadata.headers.swap(partition);
  collected.size += c.size;
  collected.held += c.held;
  for (Share& a : c.shares) collected.shares.push_back(static_cast<Share&&>(a));
  cut_batches(collected, runtime_.draining);
  std::erase_if(collecting_, [](const Counted& rest) { return rest.payload.items == 0; });
}

// Moves the shares of the first `items`; of one that is divided both parts have all that is bound to it.
static void take_shares(std::vector<Share>& from, uint64_t items, std::vector<Share>& to) {
  size_t whole = 0;
  for (; whole < from.size() && items >= from[whole].items; ++whole) {
    items -= from[whole].items;
    to.push_back(static_cast<Share&&>(from[whole]));
  }
  if (items > 0 && whole < from.size()) {
    to.push_back({from[whole].receipt, from[whole].stored, items});
    from[whole].items -= items;
  }
  from.erase(from.begin(), from.begin() + static_cast<ptrdiff_t>(whole));
}

// Moves the first `n` items, of more; requests that are divided count for their share of each part.
Counted ExportQueue::cut(Counted& from, uint64_t n) {
  const bool by_requests = bounds_.sizer == config::QueueSizer::Requests;
  const uint64_t items = from.payload.items;
  Counted part{Payload(from.payload.signal), from.size, from.held, from.taken, {}};
  size_ -= from.size;
  held_ -= from.held;
  take_items(from.payload, n, part.payload);
  part.payload.metadata = from.payload.metadata;
  part.payload.compact();
  part.size = by_requests ? from.size * part.payload.items / items : size_of(part.payload);
  part.held = part.payload.held();
  from.size = by_requests ? from.size - part.size : size_of(from.payload);
  from.held = from.payload.held();
  take_shares(from.shares, part.payload.items, part.shares);
  size_ += part.size + from.size;
  held_ += part.held + from.held;
  return part;
}

// Moves full batches, and the rest when `all`, from what is collected to what waits.
void ExportQueue::cut_batches(Counted& from, bool all) {
  const config::QueueBatch& b = *settings_->batch;
  const bool by_items = b.sizer != config::QueueBatchSizer::Bytes;
  while (from.payload.items > 0 &&
         (all || (by_items ? from.payload.items : from.payload.bytes) >= static_cast<uint64_t>(b.min_size))) {
    const uint64_t items = from.payload.items, most = static_cast<uint64_t>(b.max_size);
    uint64_t n = items;
    // A size in bytes is met by the average item's.
    if (most > 0) n = by_items ? most : std::max<uint64_t>(1, most * items / from.payload.bytes);
    if (n < items) {
      push(cut(from, n));
      continue;
    }
    Counted batch{Payload(from.payload.signal), from.size, from.held, from.taken, {}};
    batch.payload = static_cast<Payload&&>(from.payload);
    batch.shares = static_cast<std::vector<Share>&&>(from.shares);
    from.size = from.held = 0;
    push(static_cast<Counted&&>(batch));
  }
  pump();
}

// What is beyond the limit of a request waits in pieces of its own, before the rest.
void ExportQueue::cut_to_limit(Counted& c) {
  const RequestLimit& limit = limits_[static_cast<uint32_t>(c.payload.signal)];
  while (limit.exceeded(c.payload)) {
    const uint64_t items = c.payload.items;
    uint64_t n = limit.items > 0 ? std::min(limit.items, items - 1) : items - 1;
    if (limit.bytes > 0 && c.payload.bytes > limit.bytes) n = std::min(n, limit.bytes * items / c.payload.bytes);
    push(cut(c, std::max<uint64_t>(n, 1)));
  }
}

}  // namespace whittle
