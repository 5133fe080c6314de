// SPDX-License-Identifier: Apache-2.0
// Keeps the spans of each trace for a time after its first one, and hands them on as one payload.
//
// All traces wait equally long, so they are due in the order in which they came: one list, one timer. What has been
// taken is handed on, held, or counted: `num_traces` evicts the oldest trace as the reference does, which loses it. The
// memory limit, which the reference does not have, lets the oldest go early instead, and senders wait when what comes
// next has no room.
#include "runtime/base/log.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/pipeline/room.h"
#include "runtime/record/split_traces.h"

#include "stdlib/processor/groupbytrace/groupbytrace_config.h"

namespace whittle {
namespace {

using namespace record;

constexpr uint64_t kMostBytes = 8 << 20;  // of memory, of all traces

struct Trace {
  uint8_t id[kTraceIdSize];
  Payload spans;
  uint64_t bytes = 0;  // of memory
  int64_t due = 0;
  Trace* next = nullptr;
};

class Groups {
public:
  explicit Groups(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Groupbytrace*>(c.config)), runtime_(*c.runtime),
        held_(Signal::Traces), traces_(*c.runtime),
        timer_(
            *c.runtime->loop, [](void* self) { static_cast<Groups*>(self)->hand_on(); }, this),
        waiter_(*c.runtime->loop, [](void* self) { static_cast<Groups*>(self)->hand_on(); }, this) {
    constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbytraceprocessor";
    SelfMetrics& m = *c.runtime->metrics;
    *m.gauge({"otelcol_processor_groupbytrace_conf_num_traces",
              "Maximum number of traces to hold in the internal storage", "1", kScope},
             {}) = config_.num_traces;
    in_memory_ = m.gauge({"otelcol_processor_groupbytrace_num_traces_in_memory",
                          "Number of traces currently in the in-memory storage", "1", kScope},
                         {});
    evicted_ = m.counter(
        {"otelcol_processor_groupbytrace_traces_evicted", "Traces evicted from the internal buffer", "1", kScope}, {});
    incomplete_ = m.counter({"otelcol_processor_groupbytrace_incomplete_releases",
                             "Releases that are suspected to have been incomplete", "{releases}", kScope},
                            {});
    spans_released_ = m.counter(
        {"otelcol_processor_groupbytrace_spans_released", "Spans released to the next consumer", "1", kScope}, {});
    traces_released_ = m.counter(
        {"otelcol_processor_groupbytrace_traces_released", "Traces released to the next consumer", "1", kScope}, {});
    dropped_ = dropped_items(m, view(c.id), Signal::Traces);
  }

  Status consume(Payload* payload) {
    if (!held_.slices.empty() && bytes_ >= kMostBytes) return room_.refuse(runtime_, blocks_, false);
    const bool taken = split_traces(runtime_, *payload, [&](Bytes id, Payload&& part) {
      take(id, static_cast<Payload&&>(part));
      if (bytes_ > kMostBytes && held_.slices.empty()) hand_on();
    });
    if (!taken) {
      runtime_.log->error("a request is refused: with a resource for each of its traces it is too large",
                          {{"processor", context_.id}, {"spans", payload->items}, {"limit", kMostSplit}});
      return Status::Invalid;
    }
    payload->clear();
    hand_on();
    return Status::Ok;
  }

  void drain() {
    draining_ = true;
    hand_on();
  }
  bool idle() const { return held_.slices.empty() && !first_; }

private:
  void take(Bytes id, Payload&& part) {
    const uint64_t bytes = part.held();
    Trace* trace;
    if (std::unique_ptr<Trace>* known = traces_.find(id)) {
      trace = known->get();
    } else {
      while (traces_.size() > 0 && traces_.size() >= static_cast<uint64_t>(config_.num_traces)) evict();
      bool made = false;
      std::unique_ptr<Trace>& place = traces_.get(id, made);
      place = std::make_unique<Trace>();
      trace = place.get();
      memcpy(trace->id, id.data(), kTraceIdSize);
      trace->spans.signal = Signal::Traces;
      trace->bytes = sizeof(Trace);
      bytes_ += sizeof(Trace);
      trace->due = runtime_.loop->now() + config_.wait_duration;
      (first_ ? last_->next : first_) = trace;
      last_ = trace;
    }
    trace->bytes += bytes;
    bytes_ += bytes;
    trace->spans.join(static_cast<Payload&&>(part));
  }

  // Takes the oldest trace out.
  Payload pop() {
    Trace* trace = first_;
    Payload out = static_cast<Payload&&>(trace->spans);
    bytes_ -= trace->bytes;
    first_ = trace->next;
    uint8_t id[kTraceIdSize];
    memcpy(id, trace->id, kTraceIdSize);
    traces_.erase({id, kTraceIdSize});
    return out;
  }

  void evict() {
    const Payload gone = pop();
    ++*evicted_;
    *dropped_ += static_cast<int64_t>(gone.items);
    if (told_evicted_) return;
    told_evicted_ = true;
    runtime_.log->warn("more traces than num_traces: the oldest are lost",
                       {{"processor", context_.id}, {"num_traces", config_.num_traces}});
  }

  // Hands on what is held, and the traces that are due or that there is no memory for, each by itself.
  void hand_on() {
    const bool was_held = !held_.slices.empty();
    while (hand_on_held() && first_) {
      const bool due = draining_ || first_->due <= runtime_.loop->now();
      if (!due) {
        if (bytes_ <= kMostBytes) break;
        ++*incomplete_;
        if (!told_early_)
          runtime_.log->warn("no memory for more spans: the oldest traces are handed on early",
                             {{"processor", context_.id}, {"bytes", kMostBytes}});
        told_early_ = true;
      }
      held_ = pop();
    }
    *in_memory_ = static_cast<int64_t>(traces_.size());
    if (!held_.slices.empty()) return;
    if (first_) timer_.at(first_->due);
    if (was_held) room_.made();
  }

  // True when nothing is held any more.
  bool hand_on_held() {
    if (held_.slices.empty()) return true;
    const Receipt::Scope scope(runtime_, nullptr);  // traces are of many senders
    const uint64_t items = held_.items;
    switch (offer(runtime_, context_.out[static_cast<uint32_t>(Signal::Traces)], held_)) {
    case Status::Ok:
      *spans_released_ += static_cast<int64_t>(items);
      ++*traces_released_;
      held_.clear();
      return true;
    case Status::Invalid:
      *dropped_ += static_cast<int64_t>(items);
      runtime_.log->error("a trace was refused for good and is lost", {{"processor", context_.id}, {"spans", items}});
      held_.clear();
      return true;
    case Status::Refused: break;
    }
    blocks_ = runtime_.refused_at && runtime_.refused_at->blocks();
    timer_.cancel();
    waiter_.wait(runtime_);
    return false;
  }

  const ComponentContext& context_;
  const config::Groupbytrace& config_;
  Runtime& runtime_;
  Payload held_;  // a trace that was refused
  Keyed<std::unique_ptr<Trace>> traces_;
  Trace *first_ = nullptr, *last_ = nullptr;  // in the order in which they came
  uint64_t bytes_ = 0;                        // of memory, of all in the list
  Timer timer_;
  Waiter waiter_;
  Room room_;
  bool blocks_ = false, draining_ = false, told_evicted_ = false, told_early_ = false;
  int64_t *in_memory_, *evicted_, *incomplete_, *spans_released_, *traces_released_, *dropped_;
};

}  // namespace

extern "C" Status processor_groupbytrace_consume(void* self, Payload* payload) {
  return static_cast<Groups*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_groupbytrace_ops = {
    [](const ComponentContext* context) -> void* { return new Groups(*context); },
    nullptr,
    [](void* self) { static_cast<Groups*>(self)->drain(); },
    [](void* self) { return static_cast<Groups*>(self)->idle(); },
    nullptr,
    nullptr};

}  // namespace whittle
