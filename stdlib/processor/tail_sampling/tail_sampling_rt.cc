// SPDX-License-Identifier: Apache-2.0
// Keeps the spans of each trace until it is decided whether they go on.
//
// The reference decides each second, and puts a trace off by so many whole seconds; here a trace knows the second at
// which it is due, so there is a timer only while something waits. What was decided is remembered, for spans that come
// late, until there are more traces than `num_traces` or a decision cache knows it. The memory limit, which the
// reference does not have, forgets old decisions first, and then decides the oldest trace early.
#include "runtime/base/log.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/pipeline/room.h"
#include "runtime/record/split_traces.h"

#include "stdlib/processor/tail_sampling/policy.h"

namespace whittle {
namespace {

using namespace record;
using sampling::Decision;
using sampling::Policy;
using sampling::Seen;

constexpr uint64_t kMostBytes = 8 << 20;  // of memory: of traces, and as much of what waits to be handed on
constexpr int64_t kSecond = 1000000000;
constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor";

// The latest decisions of a kind, the oldest of which goes where there are too many.
class Decided {
public:
  Decided(const Runtime& runtime, int64_t most) : most_(most > 0 ? static_cast<uint64_t>(most) : 0), ids_(runtime) {}

  bool knows(Bytes id) {
    std::unique_ptr<Link>* found = most_ > 0 ? ids_.find(id) : nullptr;
    if (!found) return false;
    unlink(found->get());
    push(found->get());
    return true;
  }
  // False: nothing is remembered.
  bool put(Bytes id) {
    if (most_ == 0) return false;
    if (knows(id)) return true;
    if (ids_.size() >= most_) {
      Link* oldest = first_;
      unlink(oldest);
      uint8_t gone[kTraceIdSize];
      memcpy(gone, oldest->id, kTraceIdSize);
      ids_.erase({gone, kTraceIdSize});
    }
    bool made = false;
    std::unique_ptr<Link>& link = ids_.get(id, made);
    link = std::make_unique<Link>();
    memcpy(link->id, id.data(), kTraceIdSize);
    push(link.get());
    return true;
  }

private:
  struct Link {
    uint8_t id[kTraceIdSize];
    Link *next = nullptr, *previous = nullptr;
  };
  void push(Link* l) {
    l->next = nullptr, l->previous = last_;
    (last_ ? last_->next : first_) = l;
    last_ = l;
  }
  void unlink(Link* l) {
    (l->previous ? l->previous->next : first_) = l->next;
    (l->next ? l->next->previous : last_) = l->previous;
  }
  uint64_t most_;
  Keyed<std::unique_ptr<Link>> ids_;
  Link *first_ = nullptr, *last_ = nullptr;  // the least recently used in front
};

struct Trace {
  uint8_t id[kTraceIdSize];
  Payload spans;
  uint64_t bytes = sizeof(Trace) + 64;  // of memory, with its place in the table
  uint64_t span_count = 0, size = 0;    // of all that has come
  int64_t due = 0;
  bool decided = false;
  Decision decision = Decision::NotSampled;
  Trace *next = nullptr, *previous = nullptr;

  Bytes id_bytes() const { return {id, kTraceIdSize}; }
};

struct Rule {
  std::unique_ptr<Policy> policy;
  bool drops;
  int64_t* counts[3];  // traces by Decision
};

class TailSampling {
public:
  explicit TailSampling(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::TailSampling*>(c.config)), runtime_(*c.runtime),
        start_(c.runtime->loop->now()), traces_(*c.runtime),
        sampled_(*c.runtime, config_.decision_cache.sampled_cache_size),
        not_sampled_(*c.runtime, config_.decision_cache.non_sampled_cache_size),
        timer_(
            *c.runtime->loop, [](void* self) { static_cast<TailSampling*>(self)->tick(); }, this),
        waiter_(*c.runtime->loop, [](void* self) { static_cast<TailSampling*>(self)->hand_on(); }, this) {
    SelfMetrics& m = *c.runtime->metrics;
    // Those that drop are asked first.
    for (bool drops : {true, false})
      for (const config::SamplingPolicy& p : config_.policies) {
        if ((view(p.type) == "drop") != drops) continue;
        Rule rule{sampling::make_policy(runtime_, p), drops, {}};
        for (Decision d : {Decision::Sampled, Decision::NotSampled, Decision::Dropped})
          rule.counts[static_cast<int>(d)] =
              m.counter({"otelcol_processor_tail_sampling_count_traces_sampled",
                         "Count of traces that were sampled or not per sampling policy", "{traces}", kScope},
                        {{"policy", view(p.name)}, {"sampled", yes(d)}, {"decision", name(d)}});
        rules_.push_back(static_cast<Rule&&>(rule));
      }
    for (Decision d : {Decision::Sampled, Decision::NotSampled, Decision::Dropped})
      counts_[static_cast<int>(d)] =
          m.counter({"otelcol_processor_tail_sampling_global_count_traces_sampled",
                     "Global count of traces that were sampled or not by at least one policy", "{traces}", kScope},
                    {{"sampled", yes(d)}, {"decision", name(d)}});
    for (bool sampled : {false, true})
      from_cache_[sampled] = m.counter(
          {"otelcol_processor_tail_sampling_early_releases_from_cache_decision",
           "Number of spans that were able to be immediately released due to a decision cache hit.", "{spans}", kScope},
          {{"sampled", sampled ? "true" : "false"}});
    new_traces_ = m.counter({"otelcol_processor_tail_sampling_new_trace_id_received",
                             "Counts the arrival of new traces", "{traces}", kScope},
                            {});
    in_memory_ = m.gauge({"otelcol_processor_tail_sampling_sampling_traces_on_memory",
                          "Tracks the number of traces current on memory", "{traces}", kScope},
                         {});
    failed_ = m.counter({"otelcol_processor_tail_sampling_sampling_policy_evaluation_error",
                         "Count of sampling policy evaluation errors", "{errors}", kScope},
                        {});
    too_early_ =
        m.counter({"otelcol_processor_tail_sampling_sampling_trace_dropped_too_early",
                   "Count of traces that needed to be dropped before the configured wait time", "{traces}", kScope},
                  {});
    too_large_ = m.counter({"otelcol_processor_tail_sampling_traces_dropped_too_large",
                            "Count of traces that were dropped because they were too large", "{traces}", kScope},
                           {});
    dropped_ = dropped_items(m, view(c.id), Signal::Traces);
  }

  Status consume(Payload* payload) {
    if (!ready_.empty() && ready_bytes_ >= kMostBytes) return room_.refuse(runtime_, blocks_, false);
    if (config_.block_on_overflow && undecided_ >= most_traces()) return room_.refuse(runtime_, true, false);
    const bool taken = split_traces(runtime_, *payload, [&](Bytes id, Payload&& part) {
      take(id, static_cast<Payload&&>(part));
      while (bytes_ > kMostBytes && first_) relieve();
      if (ready_bytes_ > kMostBytes && !waits_) hand_on();
    });
    if (!taken) {
      runtime_.log->error("a request is refused: with a resource for each of its traces it is too large",
                          {{"processor", context_.id}, {"spans", payload->items}, {"limit", kMostSplit}});
      return Status::Invalid;
    }
    payload->clear();
    settle();
    return Status::Ok;
  }

  void drain() {
    if (config_.drop_pending_traces_on_shutdown) {
      uint64_t spans = 0;
      for (Trace* t = first_; t; t = t->next) spans += t->spans.items;
      *dropped_ += static_cast<int64_t>(spans);
      if (undecided_ > 0)
        runtime_.log->info("traces that are not decided are dropped",
                           {{"processor", context_.id}, {"traces", undecided_}, {"spans", spans}});
      while (first_) forget(first_);
    } else {
      decide_due(INT64_MAX);
    }
    settle();
  }
  bool idle() const { return ready_.empty() && undecided_ == 0; }

private:
  static Text yes(Decision d) { return d == Decision::Sampled ? "true" : "false"; }
  static Text name(Decision d) {
    return d == Decision::Sampled ? "sampled" : d == Decision::Dropped ? "dropped" : "not_sampled";
  }
  uint64_t most_traces() const { return config_.num_traces > 1 ? static_cast<uint64_t>(config_.num_traces) : 1; }
  bool ingest() const { return config_.sampling_strategy == config::TailSamplingSamplingStrategy::SpanIngest; }

  // When what waits for so many ticks from now, and the one that takes it, is decided.
  int64_t tick_in(int64_t ticks) const {
    return start_ + ((runtime_.loop->now() - start_) / kSecond + ticks + 1) * kSecond;
  }

  void take(Bytes id, Payload&& part) {
    if (sampled_.knows(id)) {
      *from_cache_[1] += static_cast<int64_t>(part.items);
      forward(static_cast<Payload&&>(part));
      return;
    }
    if (not_sampled_.knows(id)) {
      *from_cache_[0] += static_cast<int64_t>(part.items);
      return;
    }
    Trace& t = trace_of_id(id);
    t.span_count += part.items;
    if (config_.maximum_trace_size_bytes > 0) t.size += sampling::size_of_groups(part);
    if (t.decided) {
      if (t.decision == Decision::Sampled) forward(static_cast<Payload&&>(part));
      return;
    }
    if (config_.decision_wait_after_root_received > 0 && has_root(part))
      if (const int64_t due = tick_in(config_.decision_wait_after_root_received / kSecond); due < t.due) {
        t.due = due;
        if (due < next_due_) next_due_ = due;
      }
    if (config_.maximum_trace_size_bytes > 0 && t.size > static_cast<uint64_t>(config_.maximum_trace_size_bytes)) {
      ++*too_large_;
      *dropped_ += static_cast<int64_t>(part.items + t.spans.items);
      if (!told_large_)
        runtime_.log->warn("a trace is larger than maximum_trace_size_bytes: it is dropped",
                           {{"processor", context_.id}, {"limit", config_.maximum_trace_size_bytes}});
      told_large_ = true;
      close(t, Decision::NotSampled);
      return;
    }
    Decision decision;
    const bool now = ingest() && at_ingest(t, part, decision);
    const uint64_t more = part.held();
    t.spans.join(static_cast<Payload&&>(part));
    t.bytes += more;
    bytes_ += more;
    if (now) close(t, decision);
  }

  Trace& trace_of_id(Bytes id) {
    if (std::unique_ptr<Trace>* known = traces_.find(id)) return **known;
    while (traces_.size() >= most_traces() && first_) {
      Trace* oldest = first_;
      if (config_.block_on_overflow && undecided_ == traces_.size()) break;
      if (config_.block_on_overflow)  // only what is decided may go
        while (oldest && !oldest->decided) oldest = oldest->next;
      if (!oldest) break;
      if (!oldest->decided) {
        ++*too_early_;
        *dropped_ += static_cast<int64_t>(oldest->spans.items);
        if (!told_early_)
          runtime_.log->warn("more traces than num_traces: the oldest are dropped before they are decided",
                             {{"processor", context_.id}, {"num_traces", config_.num_traces}});
        told_early_ = true;
      }
      forget(oldest);
    }
    bool made = false;
    std::unique_ptr<Trace>& place = traces_.get(id, made);
    place = std::make_unique<Trace>();
    Trace& t = *place;
    memcpy(t.id, id.data(), kTraceIdSize);
    const int64_t wait = config_.decision_wait / kSecond;
    t.due = tick_in(wait > 1 ? wait : 1);
    if (t.due < next_due_) next_due_ = t.due;
    t.previous = last_;
    (last_ ? last_->next : first_) = &t;
    last_ = &t;
    bytes_ += t.bytes;
    ++undecided_;
    ++*new_traces_;
    return t;
  }

  static bool has_root(const Payload& part) {
    Arena arena;
    bool found = false;
    for (const Slice& slice : part.slices)
      for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;)
        Message(arena, wire::next_field(p).content()).each(kScopes, [&](Bytes scope) {
          Message(arena, scope).each(kRecords, [&](Bytes span) {
            bool parent = false;
            for (uint8_t b : Message(arena, span).content(4)) parent |= b != 0;
            found |= !parent;
          });
        });
    return found;
  }

  Decision decide(const Trace& t) {
    bool sampled = false;
    for (Rule& rule : rules_) {
      const Decision d = ask(rule, t, t.spans);
      if (d == Decision::Dropped) return d;
      sampled |= d == Decision::Sampled;
      if (sampled && config_.sample_on_first_match) break;
    }
    return sampled ? Decision::Sampled : Decision::NotSampled;
  }
  // With the spans that have just come. False: it is still open.
  bool at_ingest(const Trace& t, const Payload& part, Decision& out) {
    bool may_be_dropped = false;
    for (Rule& rule : rules_) {
      if (!rule.drops && may_be_dropped) return false;
      out = ask(rule, t, part);
      if (out == Decision::Failed) continue;
      if (out == Decision::Dropped) return true;
      if (rule.drops) may_be_dropped = true;
      else if (out == Decision::Sampled) return true;
    }
    return false;
  }
  Decision ask(Rule& rule, const Trace& t, const Payload& spans) {
    const Decision d = rule.policy->decide(Seen{t.id_bytes(), spans, t.span_count, arena_});
    arena_.reset();
    ++*(d == Decision::Failed ? failed_ : rule.counts[static_cast<int>(d)]);
    return d;
  }

  // What becomes of a trace that was not decided.
  void close(Trace& t, Decision d) {
    ++*counts_[static_cast<int>(d)];
    --undecided_;
    t.decided = true;
    t.decision = d;
    Payload spans = static_cast<Payload&&>(t.spans);
    const uint64_t held = t.bytes - Trace().bytes;
    t.bytes -= held;
    bytes_ -= held;
    const bool sampled = d == Decision::Sampled;
    if (sampled) forward(static_cast<Payload&&>(spans));
    if ((sampled ? sampled_ : not_sampled_).put(t.id_bytes())) forget(&t);
  }

  void decide_due(int64_t until) {
    for (Trace *t = first_, *next; t; t = next) {
      next = t->next;
      if (t->decided || t->due > until) continue;
      if (!ingest()) {
        close(*t, decide(*t));
        continue;
      }
      // Spans that no policy wanted when they came. The trace is forgotten, as in the reference.
      uint8_t id[kTraceIdSize];
      memcpy(id, t->id, kTraceIdSize);
      close(*t, Decision::NotSampled);
      if (std::unique_ptr<Trace>* left = traces_.find({id, kTraceIdSize})) forget(left->get());
    }
  }

  // Makes room where the traces take too much memory.
  void relieve() {
    if (first_->decided) return forget(first_);
    if (!told_memory_)
      runtime_.log->warn("no memory for more spans: the oldest traces are decided early",
                         {{"processor", context_.id}, {"bytes", kMostBytes}});
    told_memory_ = true;
    Trace& t = *first_;
    close(t, ingest() ? Decision::NotSampled : decide(t));
  }

  void forget(Trace* t) {
    (t->previous ? t->previous->next : first_) = t->next;
    (t->next ? t->next->previous : last_) = t->previous;
    bytes_ -= t->bytes;
    if (!t->decided) --undecided_;
    uint8_t id[kTraceIdSize];
    memcpy(id, t->id, kTraceIdSize);
    traces_.erase({id, kTraceIdSize});
  }

  void tick() {
    decide_due(runtime_.loop->now());
    next_due_ = INT64_MAX;
    for (const Trace* t = first_; t; t = t->next)
      if (!t->decided && t->due < next_due_) next_due_ = t->due;
    settle();
    room_.made();
  }

  // After anything has happened: what is decided goes on, and the timer stands where something is due next.
  void settle() {
    hand_on();
    *in_memory_ = static_cast<int64_t>(traces_.size());
    if (undecided_ == 0) next_due_ = INT64_MAX;
    if (next_due_ == INT64_MAX) timer_.cancel();
    else if (!timer_.pending() || timer_.due() != next_due_) timer_.at(next_due_);
  }

  void forward(Payload&& spans) {
    ready_bytes_ += spans.held();
    ready_.push_back(static_cast<Payload&&>(spans));
  }

  void hand_on() {
    const Receipt::Scope scope(runtime_, nullptr);  // traces are of many senders
    const bool waited = waits_;
    waits_ = false;
    size_t done = 0;
    for (; done < ready_.size(); ++done) {
      Payload& spans = ready_[done];
      const uint64_t items = spans.items;
      const Status status = offer(runtime_, context_.out[static_cast<uint32_t>(Signal::Traces)], spans);
      if (status == Status::Refused) {
        blocks_ = runtime_.refused_at && runtime_.refused_at->blocks();
        waiter_.wait(runtime_);
        waits_ = true;
        break;
      }
      if (status == Status::Invalid) {
        *dropped_ += static_cast<int64_t>(items);
        runtime_.log->error("a trace was refused for good and is lost", {{"processor", context_.id}, {"spans", items}});
      }
    }
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(done));
    ready_bytes_ = 0;
    for (const Payload& p : ready_) ready_bytes_ += p.held();
    if (waited && ready_.empty()) room_.made();
  }

  const ComponentContext& context_;
  const config::TailSampling& config_;
  Runtime& runtime_;
  int64_t start_;  // of the seconds at which is decided
  std::vector<Rule> rules_;
  Keyed<std::unique_ptr<Trace>> traces_;
  Trace *first_ = nullptr, *last_ = nullptr;  // in the order in which they came
  uint64_t bytes_ = 0;                        // of memory, of all traces
  uint64_t undecided_ = 0;
  int64_t next_due_ = INT64_MAX;  // nothing undecided is due earlier
  Decided sampled_, not_sampled_;
  std::vector<Payload> ready_;  // to be handed on
  uint64_t ready_bytes_ = 0;
  Timer timer_;
  Waiter waiter_;
  Room room_;
  bool blocks_ = false, waits_ = false, told_early_ = false, told_large_ = false, told_memory_ = false;
  int64_t *counts_[3], *from_cache_[2], *new_traces_, *in_memory_, *too_early_, *too_large_, *failed_, *dropped_;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_tail_sampling_consume(void* self, Payload* payload) {
  return static_cast<TailSampling*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_tail_sampling_ops = {
    [](const ComponentContext* context) -> void* { return new TailSampling(*context); },
    nullptr,
    [](void* self) { static_cast<TailSampling*>(self)->drain(); },
    [](void* self) { return static_cast<TailSampling*>(self)->idle(); },
    nullptr,
    nullptr};

}  // namespace whittle
