// SPDX-License-Identifier: Apache-2.0
// Collects payloads by joining their lists of slices, and hands them on when there are enough items or the time is up.
//
// Telemetry that is here has been acknowledged to its sender, so it is never dropped: when what comes next refuses a
// batch, it stays here and is offered again, and as soon as a whole further batch has come together behind it, senders
// are refused.
#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/base/self_metrics.h"
#include "runtime/loop/loop.h"
#include "runtime/record/items.h"

#include "stdlib/processor/batch/batch_config.h"

#include <algorithm>
#include <string.h>

namespace whittle {
namespace {

constexpr int64_t kFirstRetry = 2'000'000,
                  kLastRetry = 200'000'000;      // a refused batch is offered again after this long, doubling
constexpr uint64_t kMostBytesBehind = 16 << 20;  // waiting behind a refused batch before senders are refused

struct Batch;

// What is collected for one combination of header values.
struct Shard {
  Shard(Batch& b, Signal signal);

  Batch& batch;
  Payload pending;
  std::vector<Metadata::Header> values;  // those of metadata_keys, in their order
  Timer timer;
  bool refused = false;  // the last batch was; `timer` waits to offer it again
  int64_t retry = kFirstRetry;

  Status take(Payload& payload);
  void hand_on(bool all, int64_t* trigger);
};

struct Batch {
  const ComponentContext& context;
  const config::Batch& config;
  Runtime& runtime;
  Signal signal = Signal::Traces;
  std::vector<Shard*> shards;
  int64_t *by_size, *by_timeout, *cardinality;
  MetricHistogram* sizes;
  bool told_limit = false;

  explicit Batch(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Batch*>(c.config)), runtime(*c.runtime) {
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
};

Shard::Shard(Batch& b, Signal signal)
    : batch(b), pending(signal),
      timer(
          *b.runtime.loop,
          [](void* self) { static_cast<Shard*>(self)->hand_on(true, static_cast<Shard*>(self)->batch.by_timeout); },
          this) {}

bool same_text(Text a, Text b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

Shard* Batch::shard_for(const Payload& payload) {
  if (config.metadata_keys.size == 0) return shards[0];
  std::vector<Metadata::Header> values;
  for (Str key : config.metadata_keys)
    for (const Metadata::Header& h : payload.metadata.headers)
      if (same_text(h.name, view(key))) values.push_back(h);
  for (Shard* s : shards) {
    auto equal = [](const Metadata::Header& a, const Metadata::Header& b) {
      return a.name == b.name && a.value == b.value;
    };
    if (std::equal(s->values.begin(), s->values.end(), values.begin(), values.end(), equal)) return s;
  }
  if (config.metadata_cardinality_limit != 0 &&
      shards.size() >= static_cast<uint64_t>(config.metadata_cardinality_limit))
    return nullptr;
  auto* s = new Shard(*this, signal);
  s->values = static_cast<std::vector<Metadata::Header>&&>(values);
  shards.push_back(s);
  *cardinality = static_cast<int64_t>(shards.size());
  return s;
}

Status Shard::take(Payload& payload) {
  uint64_t enough = std::max<uint64_t>(1, static_cast<uint64_t>(batch.config.send_batch_size));
  if (refused && (pending.items >= 2 * enough || pending.bytes >= kMostBytesBehind)) return Status::Refused;
  bool was_empty = pending.items == 0;
  pending.join(static_cast<Payload&&>(payload));
  if (refused) return Status::Ok;  // in its turn
  if (!batch.waits() || pending.items >= enough) {
    hand_on(!batch.waits(), batch.by_size);
  } else if (was_empty || !timer.pending()) {
    timer.in(batch.config.timeout);
  }
  return Status::Ok;
}

// Hands on full batches and, when `all`, the rest.
void Shard::hand_on(bool all, int64_t* trigger) {
  const config::Batch& c = batch.config;
  auto enough = static_cast<uint64_t>(c.send_batch_size), most = static_cast<uint64_t>(c.send_batch_max_size);
  refused = false;
  timer.cancel();
  while (pending.items > 0 && (all || !batch.waits() || pending.items >= enough)) {
    Payload part(pending.signal);
    take_items(pending, most ? most : pending.items, part);
    part.metadata.headers = values;
    uint64_t items = part.items;
    Status status = batch.out().consume(batch.out().self, &part);
    if (status == Status::Ok) {
      ++*trigger;
      retry = kFirstRetry;
      batch.sizes->record(static_cast<double>(items));
      continue;
    }
    if (status == Status::Invalid) {
      batch.runtime.log->error("a batch was refused for good and is lost",
                               {{"processor", batch.context.id}, {"items", items}});
      continue;
    }
    if (retry == kFirstRetry)
      batch.runtime.log->debug("what comes after the batch refuses it; it is kept and offered again",
                               {{"processor", batch.context.id}, {"items", items}});
    part.join(static_cast<Payload&&>(pending));
    pending = static_cast<Payload&&>(part);
    refused = true;
    timer.in(retry);
    retry = std::min(retry * 2, kLastRetry);
    return;
  }
  if (pending.items > 0) timer.in(c.timeout);
}

void* create(const ComponentContext* context) {
  return new Batch(*context);
}

void drain(void* self) {
  auto& batch = *static_cast<Batch*>(self);
  for (Shard* s : batch.shards)
    if (!s->refused) s->hand_on(true, batch.by_timeout);
}

bool idle(void* self) {
  auto& shards = static_cast<Batch*>(self)->shards;
  return std::all_of(shards.begin(), shards.end(), [](Shard* s) { return s->pending.items == 0; });
}

}  // namespace

extern "C" Status processor_batch_consume(void* self, Payload* payload) {
  auto& batch = *static_cast<Batch*>(self);
  if (payload->items == 0) return Status::Ok;
  Shard* shard = batch.shard_for(*payload);
  if (!shard) {
    if (!batch.told_limit)
      batch.runtime.log->error(
          "more combinations of header values than metadata_cardinality_limit: senders are refused",
          {{"processor", batch.context.id}, {"limit", batch.config.metadata_cardinality_limit}});
    batch.told_limit = true;
    return Status::Refused;
  }
  return shard->take(*payload);
}

extern "C" const ComponentOps processor_batch_ops = {create, nullptr, drain, idle, nullptr};

}  // namespace whittle
