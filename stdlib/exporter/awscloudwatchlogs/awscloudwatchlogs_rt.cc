// SPDX-License-Identifier: Apache-2.0
// Sends log records to CloudWatch Logs, an event a record.
#include "runtime/base/log.h"
#include "runtime/export/log_delivery.h"
#include "runtime/export/queue.h"
#include "stdlib/exporter/awscloudwatchlogs/event.h"

namespace whittle {
namespace {

std::optional<BackoffSettings> backoff_of(const config::Retry& retry) {
  if (!retry.enabled) return std::nullopt;
  return BackoffSettings{.first = retry.initial_interval,
                         .multiplier = retry.multiplier,
                         .longest = retry.max_interval,
                         .spread = retry.randomization_factor,
                         .give_up_after = retry.max_elapsed_time};
}

struct Awscloudwatchlogs {
  const ComponentContext& context;
  const config::Awscloudwatchlogs& config;
  Runtime& runtime;
  ExportQueue queue;
  LogDelivery delivery;

  explicit Awscloudwatchlogs(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Awscloudwatchlogs*>(c.config)), runtime(*c.runtime),
        queue(
            c, config.sending_queue ? &*config.sending_queue : nullptr, nullptr,
            [](void* self, Outgoing& item) { static_cast<Awscloudwatchlogs*>(self)->send(item); }, this),
        // Groups are there with their retention before anything is written to them.
        delivery(c, queue, aws_settings(config),
                 LogSenderSettings{.groups = {config.log_retention, config.tags},
                                   .workers = static_cast<uint32_t>(config.num_workers > 0 ? config.num_workers : 1),
                                   .create_first = true,
                                   .backoff = backoff_of(config.retry_on_failure)}) {}

  void send(Outgoing& item) {
    auto* made = new cloudwatch_logs::Events;
    item.user = made;
    item.discard = [](void* events) { delete static_cast<cloudwatch_logs::Events*>(events); };
    cloudwatch_logs::Events& events = *made;
    const int64_t now_ms = runtime.now_ns() / 1'000'000;
    for (const Slice& slice : item.payload.slices) add_events(config, slice.bytes, now_ms, events);
    const cloudwatch_logs::Losses& l = events.losses;
    if (l.truncated > 0)
      runtime.log->warn("log events larger than the 256 KiB that CloudWatch Logs takes were cut",
                        {{"exporter", context.id}, {"events", l.truncated}});
    Text why;
    if (l.empty > 0) {
      why = "records without a body, which CloudWatch Logs does not take";
      runtime.log->error("records without a body are lost: CloudWatch Logs takes no empty messages",
                         {{"exporter", context.id}, {"records", l.empty}});
    }
    if (l.not_finite > 0) {
      why = "numbers that JSON cannot say";
      runtime.log->error("records with numbers that are not finite are lost: JSON cannot say them",
                         {{"exporter", context.id}, {"records", l.not_finite}});
    }
    // From here on only the events are held.
    item.payload.slices = {};
    queue.holds(item, events.log.messages.size());
    events.log.sort();
    delivery.deliver(item, events.log, uint64_t{l.empty} + l.not_finite, why);
  }
};

void* create(const ComponentContext* context) {
  return new Awscloudwatchlogs(*context);
}
bool start(void* self) {
  auto& e = *static_cast<Awscloudwatchlogs*>(self);
  return e.delivery.check(e.context.place) && e.queue.start();
}
void drain(void* self) {
  static_cast<Awscloudwatchlogs*>(self)->queue.drain();
}
bool idle(void* self) {
  return static_cast<Awscloudwatchlogs*>(self)->queue.idle();
}

}  // namespace

extern "C" Status exporter_awscloudwatchlogs_consume(void* self, Payload* payload) {
  return static_cast<Awscloudwatchlogs*>(self)->queue.offer(*payload);
}
extern "C" const ComponentOps exporter_awscloudwatchlogs_ops = {create, start, drain, idle};

}  // namespace whittle
