// SPDX-License-Identifier: Apache-2.0
// Collects payloads by joining their lists of slices, and hands them on when there are enough items or the time is up.
//
// Telemetry that is here has been acknowledged to its sender, so it is never dropped: a batch that what comes next has
// no room for is held, as it was cut, until there is room; what arrives meanwhile is collected behind it, and senders
// are refused when that would be a whole further batch.
#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/base/self_metrics.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/pipeline/room.h"
#include "runtime/record/items.h"

#include "stdlib/processor/batch/batch_config.h"

#include <algorithm>
#include <string.h>

namespace whittle {
namespace {

constexpr uint64_t kMostBytesBehind = 8 << 20;  // of memory, collected behind a batch that waits for room
constexpr uint64_t kMostBytesTogether = 2 * kMostBytesBehind;  // of all shards, however many combinations there are
constexpr int64_t kForgotten = 60'000'000'000;  // combinations of header values that did not come for so long

struct Batch;

// What is collected for one combination of header values.
struct Shard {
  Shard(Batch& b, Signal signal);

  Batch& batch;
  Payload pending;                             // collected
  uint64_t pending_bytes = 0, held_bytes = 0;  // of memory that they hold
  int64_t last = 0;                            // when telemetry came
  Payload held;                                // a batch that was refused
  bool blocks = false;                         // by what asks senders to wait
  std::vector<Metadata::Header> values;        // those of metadata_keys, in their order
  Timer timer;
  Waiter waiter;
  Room room;

  Status take(Payload& payload);
  // Hands on the held batch, full batches and, when `all`, the rest.
  void hand_on(bool all, int64_t* trigger);
  bool idle() const { return pending.items == 0 && held.items == 0; }

private:
  // How much memory it holds now; Batch::bytes is that of all.
  void holds(uint64_t pending_now, uint64_t held_now);
  Payload cut();
  bool hand_on_held(int64_t* trigger);
};

struct Batch {
  const ComponentContext& context;
  const config::Batch& config;
  Runtime& runtime;
  Signal signal = Signal::Traces;
  std::vector<Shard*> shards;
  int64_t *by_size, *by_timeout, *cardinality;
  int64_t* dropped;  // refused for good
  MetricHistogram* sizes;
  uint64_t bytes = 0;
  uint32_t holding = 0;  // shards with a batch that waits for room
  bool told_limit = false;
  Room no_shard, no_memory;
  Timer forget_timer;  // while somebody waits there

  explicit Batch(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Batch*>(c.config)), runtime(*c.runtime),
        forget_timer(*c.runtime->loop, [](void* self) { static_cast<Batch*>(self)->make_room(); }, this) {
    for (uint32_t s = 0; s < 3; ++s)
      if (c.out[s].consume) signal = static_cast<Signal>(s);
    constexpr Text kScope = "go.opentelemetry.io/collector/processor/batchprocessor";
    SelfMetrics& m = *runtime.metrics;
    MetricLabel id{"processor", view(c.id)};
    by_size = m.counter({"otelcol_processor_batch_batch_size_trigger_send",
                         "Number of times the batch was sent due to a size trigger", "{time}", kScope},
                        {id});
    by_timeout = m.counter({"otelcol_processor_batch_timeout_trigger_send",
                            "Number of times the batch was sent due to a timeout trigger", "{time}", kScope},
                           {id});
    cardinality = m.gauge({"otelcol_processor_batch_metadata_cardinality",
                           "Number of distinct metadata value combinations being processed", "{combination}", kScope},
                          {id});
    dropped = dropped_items(m, view(c.id), signal);
    sizes = m.histogram({"otelcol_processor_batch_batch_send_size", "Number of units in the batch", "{unit}", kScope},
                        {id}, {10,   25,   50,   75,   100,  250,  500,   750,   1000,  2000,  3000,
                               4000, 5000, 6000, 7000, 8000, 9000, 10000, 20000, 30000, 50000, 100000});
    if (config.metadata_keys.size == 0) shards.push_back(new Shard(*this, signal));
    *cardinality = static_cast<int64_t>(shards.size());
  }

  const Consumer& out() const { return context.out[static_cast<uint32_t>(signal)]; }

  // Batches wait for more only when both a time and a size are set.
  bool waits() const { return config.timeout > 0 && config.send_batch_size > 0 && !runtime.draining; }

  Shard* shard_for(const Payload& payload);
  void forget();
  void make_room();
};

Shard::Shard(Batch& b, Signal signal)
    : batch(b), pending(signal),
      timer(
          *b.runtime.loop,
          [](void* self) { static_cast<Shard*>(self)->hand_on(true, static_cast<Shard*>(self)->batch.by_timeout); },
          this),
      waiter(
          *b.runtime.loop,
          [](void* self) { static_cast<Shard*>(self)->hand_on(false, static_cast<Shard*>(self)->batch.by_size); },
          this) {}

Shard* Batch::shard_for(const Payload& payload) {
  if (config.metadata_keys.size == 0) return shards[0];
  std::vector<Metadata::Header> values = payload.metadata.named(config.metadata_keys);
  for (Shard* s : shards)
    if (s->values == values) return s;
  forget();
  if (config.metadata_cardinality_limit != 0 &&
      shards.size() >= static_cast<uint64_t>(config.metadata_cardinality_limit))
    return nullptr;
  auto* s = new Shard(*this, signal);
  s->values = static_cast<std::vector<Metadata::Header>&&>(values);
  shards.push_back(s);
  *cardinality = static_cast<int64_t>(shards.size());
  return s;
}

// Combinations that nothing has come of for a while, and nothing is here of.
void Batch::forget() {
  const int64_t now = runtime.loop->now();
  std::erase_if(shards, [&](Shard* s) {
    const bool gone = s->idle() && now - s->last >= kForgotten;
    if (gone) delete s;
    return gone;
  });
  *cardinality = static_cast<int64_t>(shards.size());
}

void Batch::make_room() {
  told_limit = false;
  no_shard.made();
}

void Shard::holds(uint64_t pending_now, uint64_t held_now) {
  batch.bytes += pending_now + held_now - pending_bytes - held_bytes;
  batch.holding += (held_now > 0 ? 1u : 0u) - (held_bytes > 0 ? 1u : 0u);
  pending_bytes = pending_now, held_bytes = held_now;
}

Status Shard::take(Payload& payload) {
  const uint64_t enough = std::max<uint64_t>(1, static_cast<uint64_t>(batch.config.send_batch_size));
  const bool many = batch.config.metadata_keys.size > 0;
  if (held.items > 0 && (pending.items >= enough || pending_bytes >= kMostBytesBehind))
    return room.refuse(batch.runtime, blocks, false);
  if (many && batch.holding > 0 && batch.bytes >= kMostBytesTogether)
    return batch.no_memory.refuse(batch.runtime, false, false);
  const bool was_empty = pending.items == 0;
  last = batch.runtime.loop->now();
  holds(pending_bytes + payload.held(), held_bytes);
  pending.join(static_cast<Payload&&>(payload));
  if (held.items > 0) return Status::Ok;  // in its turn
  if (many && batch.bytes >= kMostBytesBehind) {
    hand_on(true, batch.by_size);
    return Status::Ok;
  }
  if (!batch.waits() || pending.items >= enough) {
    hand_on(!batch.waits(), batch.by_size);
  } else if (was_empty || !timer.pending()) {
    timer.in(batch.config.timeout);
  }
  return Status::Ok;
}

// The next batch out of what is pending.
Payload Shard::cut() {
  const auto most = static_cast<uint64_t>(batch.config.send_batch_max_size);
  Payload part(pending.signal);
  if (most == 0 || pending.items <= most) {
    part = static_cast<Payload&&>(pending);
  } else {
    take_items(pending, most, part);
    part.compact();
  }
  holds(pending.items > 0 ? pending.held() : 0, part.held());
  part.metadata.headers = values;
  return part;
}

// True when nothing is held any more.
bool Shard::hand_on_held(int64_t* trigger) {
  const uint64_t items = held.items;
  if (items == 0) return true;
  const Receipt::Scope scope(batch.runtime, nullptr);  // a batch is of many senders
  switch (offer(batch.runtime, batch.out(), held)) {
  case Status::Ok:
    ++*trigger;
    batch.sizes->record(static_cast<double>(items));
    holds(pending_bytes, 0);
    return true;
  case Status::Invalid:
    *batch.dropped += static_cast<int64_t>(items);
    batch.runtime.log->error("a batch was refused for good and is lost",
                             {{"processor", batch.context.id}, {"items", items}});
    held.clear();
    holds(pending_bytes, 0);
    return true;
  case Status::Refused: break;
  }
  blocks = batch.runtime.refused_at && batch.runtime.refused_at->blocks();
  waiter.wait(batch.runtime);
  return false;
}

void Shard::hand_on(bool all, int64_t* trigger) {
  const auto enough = static_cast<uint64_t>(batch.config.send_batch_size);
  timer.cancel();
  const bool was_held = held.items > 0;
  while (hand_on_held(trigger) && pending.items > 0 && (all || !batch.waits() || pending.items >= enough)) held = cut();
  if (held.items > 0) return;
  if (pending.items > 0) timer.in(batch.config.timeout);
  if (!was_held) return;
  room.made();
  if (batch.bytes < kMostBytesTogether) batch.no_memory.made();
}

void* create(const ComponentContext* context) {
  return new Batch(*context);
}

void drain(void* self) {
  auto& batch = *static_cast<Batch*>(self);
  for (Shard* s : batch.shards)
    if (s->held.items == 0) s->hand_on(true, batch.by_timeout);
}

bool idle(void* self) {
  auto& shards = static_cast<Batch*>(self)->shards;
  return std::all_of(shards.begin(), shards.end(), [](const Shard* s) { return s->idle(); });
}

}  // namespace

extern "C" Status processor_batch_consume(void* self, Payload* payload) {
  auto& batch = *static_cast<Batch*>(self);
  if (payload->items == 0) {
    payload->clear();
    return Status::Ok;
  }
  Shard* shard = batch.shard_for(*payload);
  if (!shard) {
    if (!batch.told_limit)
      batch.runtime.log->error(
          "more combinations of header values than metadata_cardinality_limit: senders are refused",
          {{"processor", batch.context.id}, {"limit", batch.config.metadata_cardinality_limit}});
    batch.told_limit = true;
    if (!batch.forget_timer.pending()) batch.forget_timer.in(kForgotten);
    return batch.no_shard.refuse(batch.runtime, false, false);
  }
  return shard->take(*payload);
}

extern "C" const ComponentOps processor_batch_ops = {create, nullptr, drain, idle, nullptr, nullptr};

}  // namespace whittle
