// SPDX-License-Identifier: Apache-2.0
#include "runtime/export/log_delivery.h"

#include "runtime/base/log.h"

namespace whittle {

struct LogDelivery::Delivery {
  LogDelivery& home;
  Outgoing& item;
  uint32_t batches = 0;
  uint64_t taken = 0, lost = 0;  // events
  Writer why;

  void lose(uint64_t n, Text reason) {
    if (n == 0) return;
    lost += n;
    why.clear();
    why.append(reason);
  }
};

LogDelivery::LogDelivery(const ComponentContext& exporter, ExportQueue& queue, const AwsSettings& settings,
                         const LogSenderSettings& sending)
    : context_(exporter), runtime_(*exporter.runtime), queue_(queue), sender_(exporter, settings, sending),
      finish_task_(*runtime_.loop, [](void* self) { static_cast<LogDelivery*>(self)->finish(); }, this) {}

void LogDelivery::deliver(Outgoing& item, std::vector<LogEvent>& events, Text messages, uint64_t lost, Text why) {
  auto* d = new Delivery{*this, item, 0, 0, 0, {}};
  d->lose(lost, why);
  const int64_t now_ms = runtime_.now_ns() / 1'000'000;
  size_t kept = 0;
  for (const LogEvent& e : events) {
    const int64_t age = now_ms - e.timestamp_ms;
    if (age <= kOldestLogEventMs && age >= -kNewestLogEventMs) events[kept++] = e;
  }
  if (const size_t untimely = events.size() - kept; untimely > 0) {
    runtime_.log->error("log events older than 14 days or more than 2 hours ahead are lost: CloudWatch Logs does not "
                        "take them",
                        {{"exporter", context_.id}, {"events", untimely}});
    d->lose(untimely, "log events older than 14 days or more than 2 hours ahead");
    events.resize(kept);
  }
  d->batches = sender_.send(
      events, messages,
      [](void* delivery, uint32_t taken, uint32_t not_taken, Text reason) {
        auto& of = *static_cast<Delivery*>(delivery);
        of.taken += taken;
        of.lose(not_taken, reason);
        if (--of.batches == 0) of.home.end(of);
      },
      d);
  // The queue must not hear of the end of an item from within its own call.
  if (d->batches == 0) end(*d);
}

void LogDelivery::end(Delivery& d) {
  finished_.push_back(&d);
  finish_task_.post();
}

void LogDelivery::finish() {
  while (!finished_.empty()) {
    Delivery& d = *finished_.back();
    finished_.pop_back();
    Outgoing& item = d.item;
    if (d.lost == 0) {
      queue_.sent(item);
    } else if (d.taken == 0) {
      queue_.failed(item, d.why.text());
    } else {
      // Items are counted, events are lost: their share of the items.
      queue_.sent_in_part(item, item.payload.items * d.lost / (d.lost + d.taken), d.why.text());
    }
    delete &d;
  }
}

}  // namespace whittle
