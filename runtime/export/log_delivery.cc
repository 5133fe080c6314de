// SPDX-License-Identifier: Apache-2.0
#include "runtime/export/log_delivery.h"

#include "runtime/base/log.h"

namespace whittle {

static constexpr Text kUntimely = "log events older than 14 days or more than 2 hours ahead";

// A payload on its way: its events without those that CloudWatch Logs does not take for their time.
struct LogDelivery::Delivery final : LogEvents {
  LogDelivery& home;
  Outgoing& item;
  LogEvents& events;
  const int64_t now_ms;
  uint64_t lost, untimely = 0;
  Writer why{};

  Delivery(LogDelivery& h, Outgoing& i, LogEvents& e, uint64_t lost_before, Text why_lost)
      : home(h), item(i), events(e), now_ms(h.runtime_.now_ns() / 1'000'000), lost(lost_before) {
    why.append(why_lost);
  }

  bool next(LogEvent& event) override {
    while (events.next(event)) {
      const int64_t age = now_ms - event.timestamp_ms;
      if (age <= kOldestLogEventMs && age >= -kNewestLogEventMs) return true;
      ++untimely;
    }
    return false;
  }
  size_t write(Writer& out) override { return events.write(out); }
  void held(int64_t more) override {
    home.queue_.holds(item, static_cast<uint64_t>(static_cast<int64_t>(item.held) + more));
  }

  void lose(uint64_t n, Text reason) {
    if (n == 0) return;
    lost += n;
    why.clear();
    why.append(reason);
  }
  void end(const LogOutcome& outcome);
};

LogDelivery::LogDelivery(const ComponentContext& exporter, ExportQueue& queue, const AwsSettings& settings,
                         const LogSenderSettings& sending)
    : context_(exporter), runtime_(*exporter.runtime), queue_(queue), sender_(exporter, settings, sending) {}

void LogDelivery::deliver(Outgoing& item, LogEvents& events, uint64_t lost, Text why) {
  auto* delivery = new Delivery(*this, item, events, lost, why);
  sender_.send(
      *delivery,
      [](void* d, const LogOutcome& outcome) {
        static_cast<Delivery*>(d)->end(outcome);
        delete static_cast<Delivery*>(d);
      },
      delivery);
}

void LogDelivery::Delivery::end(const LogOutcome& outcome) {
  if (untimely > 0)
    home.runtime_.log->error("log events older than 14 days or more than 2 hours ahead are lost: CloudWatch Logs does "
                             "not take them",
                             {{"exporter", home.context_.id}, {"events", untimely}});
  lose(untimely, kUntimely);
  lose(outcome.lost, outcome.why);
  if (lost == 0) {
    home.queue_.sent(item);
  } else if (outcome.taken == 0) {
    home.queue_.failed(item, why.text(), outcome.may_pass && lost == outcome.lost);
  } else {
    // Items are counted, events are lost: their share of the items.
    home.queue_.sent_in_part(item, item.payload.items * lost / (lost + outcome.taken), why.text());
  }
}

}  // namespace whittle
