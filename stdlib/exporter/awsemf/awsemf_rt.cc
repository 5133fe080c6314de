// SPDX-License-Identifier: Apache-2.0
// Sends metrics to CloudWatch Logs as EMF documents, or writes the documents to standard output.
//
// Turning cumulative sums into increases changes what the encoder remembers, so a payload is encoded once; what waits
// from then on are its documents in batches.
#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/export/log_delivery.h"
#include "runtime/export/queue.h"
#include "stdlib/exporter/awsemf/awsemf_encode.h"

#include <errno.h>
#include <optional>
#include <unistd.h>

namespace whittle {
namespace {

struct Awsemf {
  const ComponentContext& context;
  const config::Awsemf& config;
  Runtime& runtime;
  char stream[49];  // "otel-stream-" and a random UUID
  awsemf::Encoder encoder;
  ExportQueue queue;
  std::optional<LogDelivery> delivery;  // when documents go to CloudWatch
  int64_t expired_at = 0;               // monotonic
  Task printed_task;
  std::vector<Outgoing*> printed;

  explicit Awsemf(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Awsemf*>(c.config)), runtime(*c.runtime),
        encoder(config, name_stream()),
        queue(
            c, &ExportQueue::kFew, nullptr, [](void* self, Outgoing& item) { static_cast<Awsemf*>(self)->send(item); },
            this),
        printed_task(
            *runtime.loop,
            [](void* self) {
              auto& emf = *static_cast<Awsemf*>(self);
              while (!emf.printed.empty()) {
                Outgoing& item = *emf.printed.back();
                emf.printed.pop_back();
                emf.queue.sent(item);
              }
            },
            this) {
    if (config.output_destination == config::AwsemfOutputDestination::Cloudwatch)
      delivery.emplace(c, queue, aws_settings(config),
                       LogSenderSettings{.groups = {config.log_retention, config.tags},
                                         .workers = static_cast<uint32_t>(config.num_workers)});
  }

  Text name_stream() {
    constexpr Text kPrefix = "otel-stream-";
    memcpy(stream, kPrefix.data(), kPrefix.size());
    runtime.uuid(stream + kPrefix.size());
    return Text(stream);
  }

  // Now and then, and only when there is something to encode anyway: an idle collector sleeps.
  void expire() {
    int64_t now = runtime.loop->clock();
    if (now - expired_at < awsemf::kSeriesLife) return;
    if (expired_at != 0) encoder.expire(runtime.now_ns());
    expired_at = now;
  }

  void tell(const awsemf::Losses& l) {
    if (l.duplicates)
      runtime.log->warn("several values for one metric with the same labels and time; the first is kept",
                        {{"exporter", context.id}, {"dropped", l.duplicates}});
    if (l.not_finite)
      runtime.log->warn("values that are not finite were dropped",
                        {{"exporter", context.id}, {"dropped", l.not_finite}});
    if (l.too_large)
      runtime.log->error("a metric's document is larger than the 256 KiB that CloudWatch Logs takes; it is lost",
                         {{"exporter", context.id}, {"dropped", l.too_large}});
    if (l.wide)
      runtime.log->warn("documents have sets of more than 30 dimensions, from which CloudWatch makes no metrics",
                        {{"exporter", context.id}, {"documents", l.wide}});
  }

  void send(Outgoing& item) {
    int64_t now = runtime.now_ns();
    Writer documents;
    std::vector<awsemf::Event> encoded;
    expire();
    encoder.begin(now);
    for (const Slice& slice : item.payload.slices) encoder.add(slice.bytes);
    awsemf::Losses losses = encoder.finish(documents, encoded);
    if (losses.any()) tell(losses);
    // From here on only the documents are held.
    item.payload.slices = {};
    queue.holds(item, documents.size());

    if (!delivery) {
      print(encoded, documents.text());
      // The queue must not hear of the end of an item from within its own call.
      printed.push_back(&item);
      return printed_task.post();
    }
    std::vector<LogEvent> events;
    events.reserve(encoded.size());
    for (const awsemf::Event& e : encoded)
      events.push_back({e.timestamp_ms, e.log_group, e.log_stream, e.begin, e.end, e.size});
    delivery->deliver(item, events, documents.text());
  }

  // One document a line.
  void print(const std::vector<awsemf::Event>& events, Text documents) {
    Writer lines;
    for (const awsemf::Event& e : events) {
      Text nested = documents.substr(e.begin + 1, e.end - e.begin - 2);
      for (size_t i = 0; i < nested.size(); ++i) {
        if (nested[i] == '\\') ++i;
        lines.byte(static_cast<uint8_t>(nested[i]));
      }
      lines.byte('\n');
    }
    for (Bytes rest = lines.bytes(); !rest.empty();) {
      ssize_t n = write(STDOUT_FILENO, rest.data(), rest.size());
      if (n > 0) {
        rest = rest.subspan(static_cast<size_t>(n));
      } else if (errno != EINTR) {
        runtime.log->error("writing metrics to standard output failed",
                           {{"exporter", context.id}, {"bytes", rest.size()}, {"errno", errno}});
        return;
      }
    }
  }
};

void* create(const ComponentContext* context) {
  return new Awsemf(*context);
}
bool start(void* self) {
  auto& e = *static_cast<Awsemf*>(self);
  return !e.delivery || e.delivery->check(e.context.place);
}
void drain(void* self) {
  static_cast<Awsemf*>(self)->queue.drain();
}
bool idle(void* self) {
  return static_cast<Awsemf*>(self)->queue.idle();
}

}  // namespace

extern "C" Status exporter_awsemf_consume(void* self, Payload* payload) {
  return static_cast<Awsemf*>(self)->queue.offer(*payload);
}
extern "C" const ComponentOps exporter_awsemf_ops = {create, start, drain, idle};

}  // namespace whittle
