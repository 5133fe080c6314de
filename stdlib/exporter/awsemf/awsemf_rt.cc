// SPDX-License-Identifier: Apache-2.0
// Sends metrics to CloudWatch Logs as EMF documents, or writes the documents to standard output.
//
// Turning cumulative sums into increases changes what the encoder remembers, so a payload is translated once. Its
// documents are written as batches have room for them.
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

  // A payload on its way. It is translated when its turn comes, and let go when its last document is written.
  struct Sent final : LogEvents {
    Awsemf& exporter;
    Outgoing& item;
    std::optional<awsemf::Documents> documents{};
    uint64_t own = 0;  // of what the item holds, that which is not in batches

    Sent(Awsemf& e, Outgoing& i) : exporter(e), item(i) {}

    awsemf::Documents& translate() {
      if (documents) return *documents;
      documents.emplace(exporter.encoder);
      exporter.encoder.begin(*documents, exporter.runtime.now_ns());
      for (const Slice& slice : item.payload.slices) exporter.encoder.translate(slice.bytes);
      own = item.held + documents->held();
      exporter.queue.holds(item, own);
      if (exporter.delivery) documents->sort();
      return *documents;
    }
    bool next(LogEvent& event) override {
      if (translate().next(event)) return true;
      if (documents->losses().any()) exporter.tell(documents->losses());
      documents->release();
      item.payload.slices = {};
      exporter.queue.holds(item, item.held - own);
      own = 0;
      return false;
    }
    size_t write(Writer& out) override { return documents->write(out); }
    void held(int64_t) override {}
  };

  void send(Outgoing& item) {
    expire();
    auto* sent = new Sent(*this, item);
    item.user = sent;
    item.discard = [](void* s) { delete static_cast<Sent*>(s); };
    if (delivery) return delivery->deliver(item, *sent);
    print(*sent);
    // The queue must not hear of the end of an item from within its own call.
    printed.push_back(&item);
    printed_task.post();
  }

  // One document a line.
  void print(LogEvents& documents) {
    Writer lines, nested;
    for (LogEvent event; documents.next(event); nested.clear()) {
      if (documents.write(nested) == 0) continue;
      const Text text = nested.text().substr(1, nested.size() - 2);
      for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        lines.byte(static_cast<uint8_t>(text[i]));
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
