// SPDX-License-Identifier: Apache-2.0
// What queues say of themselves: metrics, how delivery goes, and what was sent and left when the collector stops.
#include "runtime/export/queue.h"

#include "runtime/base/json.h"
#include "runtime/base/log.h"
#include "runtime/base/number.h"

namespace whittle {

static constexpr Text kScope = "go.opentelemetry.io/collector/exporter/exporterhelper";

void ExportQueue::observe() {
  for (uint32_t s = 0; s < 3; ++s)
    counters_[s] = export_counters(*runtime_.metrics, view(context_.id), static_cast<Signal>(s));
  for (uint32_t i = 0; i < kLosses; ++i)
    losses_[i] = lost_items(*runtime_.metrics, view(context_.id), static_cast<Loss>(i));
  runtime_.metrics->observe_gauge(
      {"otelcol_exporter_oldest_unsent_age", "How long the oldest of what is not sent has been here.", "s", kScope},
      {{"exporter", view(context_.id)}},
      [](void* of) {
        const auto& exporter = *static_cast<const ComponentContext*>(of);
        int64_t oldest = 0;
        for (const ExportQueue* q = exporter.runtime->first_queue; q; q = q->next_)
          if (const int64_t taken = &q->context_ == &exporter ? q->oldest() : 0; taken && (!oldest || taken < oldest))
            oldest = taken;
        return oldest ? static_cast<double>(exporter.runtime->loop->now() - oldest) / 1e9 : 0.0;
      },
      const_cast<ComponentContext*>(&context_));
  MetricLabel label{"exporter", view(context_.id)};
  queue_size_ = runtime_.metrics->gauge(
      {"otelcol_exporter_queue_size", "Current size of the retry queue (in batches).", "{batch}", kScope}, {label});
  *runtime_.metrics->gauge(
      {"otelcol_exporter_queue_capacity", "Fixed capacity of the retry queue (in batches).", "{batch}", kScope},
      {label}) = static_cast<int64_t>(bounds_.capacity);
}

void ExportQueue::tell_size() {
  *queue_size_ += static_cast<int64_t>(size_) - told_size_;
  told_size_ = static_cast<int64_t>(size_);
}

int64_t ExportQueue::losses(Writer& reasons) const {
  int64_t all = 0;
  for (uint32_t i = 0; i < kLosses; ++i) {
    if (*losses_[i] == 0) continue;
    all += *losses_[i];
    if (!reasons.empty()) reasons.append(Text(", "));
    append_int(reasons, *losses_[i]);
    reasons.byte(' ');
    reasons.append(loss_name(static_cast<Loss>(i)));
  }
  if (all == 0) reasons.append(Text("none"));
  return all;
}

bool ExportQueue::tell(Runtime& runtime, bool stopped) {
  bool kept = true;
  for (ExportQueue* q = runtime.first_queue; q; q = q->next_) {
    int64_t sent = 0;
    for (const ExportCounters& c : q->counters_) sent += *c.sent;
    if (!stopped) {
      q->sent_before_ = sent;
      continue;
    }
    const uint64_t left = q->items_;
    const int64_t oldest = left > 0 ? q->oldest() : 0;
    const double age = oldest ? static_cast<double>(runtime.loop->now() - oldest) / 1e9 : 0;
    Writer reasons;
    q->losses(reasons);
    if (q->store_) q->store_->settle();
    kept = kept && (left == 0 || q->store_);
    runtime.log->write_each(left > 0 && !q->store_ ? LogLevel::Error : LogLevel::Info, "what was sent while stopping",
                            {{"exporter", q->name_},
                             {"sent", sent - q->sent_before_},
                             {"left", left},
                             {"on_disk", q->store_ ? left : 0},
                             {"oldest_seconds", age},
                             {"lost_since_start", reasons.text()}});
  }
  return kept;
}

int64_t ExportQueue::oldest() const {
  int64_t oldest = 0;
  auto look = [&](int64_t taken) {
    if (oldest == 0 || taken < oldest) oldest = taken;
  };
  for (const Counted& c : collecting_)
    if (c.payload.items > 0) look(c.taken);
  if (first_ < waiting_.size()) look(waiting_[first_].taken);
  for (const Outgoing* o = on_their_way_; o; o = o->next) look(o->taken_at);
  return oldest;
}

bool ExportQueue::append_delivery(Writer& out, int64_t now) const {
  int64_t sent = 0, lost = 0;
  for (const ExportCounters& c : counters_) sent += *c.sent, lost += *c.failed;
  const bool good = failures_ == 0 || now - failing_since_ < kGivenUp;
  out.append(Text("{\"exporter\":"));
  append_json_text(out, name_);
  out.append(Text(good ? ",\"delivering\":true" : ",\"delivering\":false"));
  auto number = [&](Text name, int64_t n) {
    out.append(Text(",\""));
    out.append(name);
    out.append(Text("\":"));
    append_int(out, n);
  };
  const int64_t oldest_taken = oldest();
  if (last_success_ == 0) out.append(Text(",\"lastSuccessSeconds\":null"));
  else number("lastSuccessSeconds", (now - last_success_) / 1'000'000'000);
  number("consecutiveFailures", static_cast<int64_t>(failures_));
  number("failingSeconds", failures_ ? (now - failing_since_) / 1'000'000'000 : 0);
  number("oldestUnsentSeconds", oldest_taken ? (now - oldest_taken) / 1'000'000'000 : 0);
  number("unsentItems", static_cast<int64_t>(items_));
  number("unsentBytes", static_cast<int64_t>(held()));
  number("sentItems", sent);
  number("lostItems", lost);
  out.append(Text(",\"lost\":{"));
  bool first = true;
  for (uint32_t r = 0; r < kLosses; ++r) {
    if (*losses_[r] == 0) continue;
    out.append(Text(first ? "\"" : ",\""));
    first = false;
    out.append(loss_name(static_cast<Loss>(r)));
    out.append(Text("\":"));
    append_int(out, *losses_[r]);
  }
  out.append(Text("}}"));
  return good;
}

bool ExportQueue::delivery(Runtime& runtime, Writer& out) {
  bool all = true;
  Writer list;
  for (ExportQueue* q = runtime.first_queue; q; q = q->next_) {
    if (!list.empty()) list.byte(',');
    const bool good = q->append_delivery(list, runtime.loop->now());
    all = all && good;
  }
  out.append(Text(all ? "{\"delivering\":true,\"exporters\":[" : "{\"delivering\":false,\"exporters\":["));
  out.append(list.bytes());
  out.append(Text("]}"));
  return all;
}

}  // namespace whittle
