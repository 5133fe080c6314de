// SPDX-License-Identifier: Apache-2.0
// A small world: receivers, pipelines of batches and filters, one to four exporters, backends of many moods, and a
// clock that the test moves. Every item has a number, which stands in its own bytes, so what a backend gets can be held
// against what was acknowledged. Probes between the stages count what each one took.
#include "tests/pipeline/conservation.h"

#include "runtime/base/log.h"
#include "runtime/base/memory.h"
#include "runtime/export/queue.h"
#include "runtime/pipeline/fan_out.h"
#include "runtime/record/frame.h"
#include "runtime/wire/wire.h"
#include "stdlib/processor/batch/batch_config.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <vector>

namespace whittle {
extern "C" Status processor_batch_consume(void* self, Payload* payload);
extern "C" const ComponentOps processor_batch_ops;
}  // namespace whittle

namespace whittle::testing {
namespace {

constexpr int64_t kMillisecond = 1'000'000, kSecond = 1'000'000'000;
constexpr char kDropped[] = "drop";

// Decisions out of the bytes; zeros when they have run out.
class Choices {
public:
  explicit Choices(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool more() const { return at_ < bytes_.size(); }
  uint32_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }
  // 0 to n - 1.
  uint32_t below(uint32_t n) { return n == 0 ? 0 : (byte() | byte() << 8) % n; }
  bool one_in(uint32_t n) { return below(n) == 1; }

private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

// ---- telemetry with numbers -----------------------------------------------------------------------------------------

// Where a signal's items stand: the field of the record's name, and the way from the record to the item's number.
struct Shape {
  Signal signal;
  uint32_t name_field;
};
constexpr Shape kShapes[] = {{Signal::Traces, 5}, {Signal::Metrics, 1}};

void put_text(Writer& out, uint32_t field, Text text) {
  size_t start = wire::begin_len(out, field);
  out.append(text);
  wire::end_len(out, start);
}
void put_number(Writer& out, uint32_t field, uint64_t number) {
  out.byte(static_cast<uint8_t>(field << 3 | wire::kI64));
  uint8_t bytes[8];
  memcpy(bytes, &number, 8);
  out.append(Bytes(bytes, 8));
}

// A request of `items` items from number `first` on, in groups, some records of which are to be filtered.
Payload make_payload(const Shape& shape, Choices& choices, uint64_t first, uint64_t items,
                     std::vector<bool>& droppable) {
  Writer out;
  for (uint64_t n = 0; n < items;) {
    uint64_t in_group = std::min<uint64_t>(items - n, 1 + choices.below(20));
    size_t group = wire::begin_len(out, 1);
    size_t resource = wire::begin_len(out, 1);
    wire::end_len(out, resource);
    size_t scope = wire::begin_len(out, 2);
    for (uint64_t end = n + in_group; n < end;) {
      bool drop = choices.one_in(4);
      size_t record = wire::begin_len(out, 2);
      if (shape.signal == Signal::Traces) {
        size_t id = wire::begin_len(out, 2);
        uint64_t number = first + n++;
        uint8_t bytes[8];
        memcpy(bytes, &number, 8);
        out.append(Bytes(bytes, 8));
        wire::end_len(out, id);
        put_text(out, 5, drop ? kDropped : "keep");
        droppable.push_back(drop);
      } else {
        put_text(out, 1, drop ? kDropped : "keep");
        size_t gauge = wire::begin_len(out, 5);
        for (uint64_t points = std::min<uint64_t>(end - n, 1 + choices.below(6)); points > 0; --points) {
          size_t point = wire::begin_len(out, 1);
          put_number(out, 3, first + n++);
          wire::end_len(out, point);
          droppable.push_back(drop);
        }
        wire::end_len(out, gauge);
      }
      wire::end_len(out, record);
    }
    wire::end_len(out, scope);
    wire::end_len(out, group);
  }
  Payload payload(shape.signal);
  payload.items = items;
  BufferRef owner = BufferRef::copy(out.bytes());
  Bytes bytes{owner.data(), out.size()};
  payload.add({static_cast<BufferRef&&>(owner), bytes});
  return payload;
}

template <class F>
void each_field(Bytes message, uint32_t number, F f) {
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    wire::RawField field = wire::next_field(p);
    if (field.number() == number) f(field);
  }
}

// The numbers of the items of a payload, in order.
std::vector<uint64_t> numbers_of(const Payload& payload) {
  std::vector<uint64_t> out;
  auto number = [&](const uint8_t* at) {
    uint64_t n;
    memcpy(&n, at, 8);
    out.push_back(n);
  };
  for (const Slice& slice : payload.slices)
    each_field(slice.bytes, 1, [&](const wire::RawField& group) {
      each_field(group.content(), 2, [&](const wire::RawField& scope) {
        each_field(scope.content(), 2, [&](const wire::RawField& record) {
          if (payload.signal == Signal::Traces) {
            each_field(record.content(), 2, [&](const wire::RawField& id) { number(id.content().data()); });
            return;
          }
          each_field(record.content(), 5, [&](const wire::RawField& gauge) {
            each_field(gauge.content(), 1, [&](const wire::RawField& point) {
              each_field(point.content(), 3, [&](const wire::RawField& time) { number(time.value); });
            });
          });
        });
      });
    });
  return out;
}

// ---- stages
// -----------------------------------------------------------------------------------------------------------

struct World;

// Stands between two stages, counts what the second one took and sees that it kept the contract.
struct Probe {
  World& world;
  Consumer next;
  bool may_refuse_for_good = false;
  uint64_t taken = 0, wanted = 0;  // items; of those, the ones that no filter drops

  static Status consume(void* self, Payload* payload);
  Consumer consumer() { return {consume, this}; }
};

struct Backend {
  enum class Mood { Well, Slow, Flaky, Dead };
  World& world;
  std::string id;
  Mood mood;
  config::Queue settings{};
  config::Retry retry{};
  ComponentContext context{};
  std::unique_ptr<ExportQueue> queue;
  uint64_t most_bytes = 0;
  Probe* probe = nullptr;
  std::map<uint64_t, uint32_t> received;

  Backend(World& w, std::string name);
  void send(Outgoing& item);
  void answer(Outgoing& item);
};

struct Answer {
  Backend& backend;
  Outgoing& item;
  Timer timer;
  Answer(Backend& b, Outgoing& i, Loop& loop)
      : backend(b), item(i), timer(
                                 loop,
                                 [](void* self) {
                                   auto* answer = static_cast<Answer*>(self);
                                   Backend& to = answer->backend;
                                   Outgoing& of = answer->item;
                                   delete answer;
                                   to.answer(of);
                                 },
                                 this) {}
};

struct FilterStage {
  record::Pass pass;
  record::Program program;
  ComponentContext context{};
  void* instance = nullptr;
  Probe *before, *after;

  static constexpr uint32_t kRecords = 1u << static_cast<uint32_t>(record::Level::Record);
  static record::Verdict drop(ottl::Run* run, record::Frame* const* frames, uint64_t) {
    const record::Frame& frame = *frames[static_cast<uint32_t>(record::Level::Record)];
    const uint32_t field = frame.kind == record::Kind::Span ? 5 : frame.kind == record::Kind::Metric ? 1 : 3;
    ottl::Value name;
    record::rt_get(run, &frame, 0, field, record::How::Text, &name);
    return name.as_text() == kDropped ? record::Verdict::Drop : record::Verdict::Keep;
  }
};

struct BatchStage {
  config::Batch settings{};
  ComponentContext context{};
  void* instance = nullptr;
  Probe *before, *after;
  int64_t* dropped;
};

struct FanOutStage {
  FanOutSpec spec{};
  std::vector<BranchSpec> branches;
  std::vector<std::string> names;  // of the branches, for their counters of losses
  std::vector<Str> exporters;
  ComponentContext context{};
  std::unique_ptr<FanOut> fan_out;
  uint64_t place = 0;
  Probe* before;
  std::vector<Probe*> after;
  std::vector<int64_t*> lost;
};

struct Receiver {
  Consumer out;
  Probe* probe;
  std::vector<std::pair<Payload, uint64_t>> refused;  // with what they looked like
};

Str str(const std::string& s) {
  return {s.data(), s.size()};
}

struct World {
  Choices choices;
  Loop loop;
  Logger log;
  SelfMetrics metrics;
  Runtime runtime;
  const Shape& shape;
  std::vector<std::unique_ptr<Probe>> probes;
  std::vector<std::unique_ptr<Backend>> backends;
  std::vector<std::unique_ptr<FilterStage>> filters;
  std::vector<std::unique_ptr<BatchStage>> batches;
  std::vector<std::unique_ptr<FanOutStage>> fan_outs;
  std::vector<Receiver> receivers;
  std::vector<bool> droppable;               // by number
  std::vector<std::vector<uint32_t>> paths;  // by receiver and backend: ways from one to the other
  std::vector<uint32_t> sender;              // by number: the receiver that took it, or none
  std::string fault;
  bool healing = false;
  uint64_t most_held = 0;  // by one payload that was offered anywhere
  int names = 0;

  explicit World(std::span<const uint8_t> bytes) : choices(bytes), shape(kShapes[choices.below(2)]) {
    static const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    log.to(nowhere);
    log.level = LogLevel::Error;
    loop.hold_clock(kSecond);
    runtime.loop = &loop;
    runtime.log = &log;
    runtime.metrics = &metrics;
    build();
  }

  void fail(std::string why) {
    if (fault.empty()) fault = std::move(why);
  }

  std::string name(const char* what) { return what + std::to_string(names++); }

  Probe* probe(Consumer next) {
    probes.push_back(std::make_unique<Probe>(*this, next));
    return probes.back().get();
  }

  void build() {
    const uint32_t exporters = 1 + choices.below(4), pipelines = 1 + choices.below(3), sources = 1 + choices.below(2);
    for (uint32_t i = 0; i < exporters; ++i) backends.push_back(std::make_unique<Backend>(*this, name("exporter/")));
    paths.assign(sources, std::vector<uint32_t>(exporters));
    std::vector<std::vector<Consumer>> fed(sources);
    for (uint32_t i = 0; i < pipelines; ++i) {
      std::vector<Consumer> outs;
      std::vector<uint32_t> to;
      for (uint32_t e = 0; e < exporters; ++e)
        if (choices.below(2) || (e + 1 == exporters && outs.empty())) {
          outs.push_back(backends[e]->probe->consumer());
          to.push_back(e);
        }
      Consumer in = pipeline(several(outs));
      for (uint32_t s = 0; s < sources; ++s)
        if (choices.below(2) || (i + 1 == pipelines && fed[s].empty())) {
          fed[s].push_back(in);
          for (uint32_t e : to) ++paths[s][e];
        }
    }
    for (auto& outs : fed) {
      Probe* p = probe(several(outs));
      receivers.push_back({p->consumer(), p, {}});
    }
  }

  // What offers to all of `outs`.
  Consumer several(const std::vector<Consumer>& outs) {
    if (outs.size() == 1) return outs[0];
    auto stage = std::make_unique<FanOutStage>();
    for (size_t i = 0; i < outs.size(); ++i) stage->names.push_back(name("branch/"));
    for (auto& n : stage->names) stage->exporters.push_back(str(n));
    for (size_t i = 0; i < outs.size(); ++i) {
      stage->after.push_back(probe(outs[i]));
      stage->after.back()->may_refuse_for_good = choices.one_in(8);
      stage->branches.push_back({stage->after.back()->consumer(), stage->exporters[i], {&stage->exporters[i], 1}});
      stage->lost.push_back(export_counters(metrics, stage->names[i], shape.signal).lost);
    }
    stage->spec = {shape.signal, {stage->branches.data(), stage->branches.size()}};
    stage->context = {&runtime, stage->exporters[0], {}, &stage->spec, {}, {}};
    stage->fan_out = std::make_unique<FanOut>(stage->context, stage->place = 1000 + choices.below(50'000));
    stage->before =
        probe({[](void* self, Payload* p) { return static_cast<FanOut*>(self)->offer(*p); }, stage->fan_out.get()});
    fan_outs.push_back(std::move(stage));
    return fan_outs.back()->before->consumer();
  }

  Consumer pipeline(Consumer out) {
    for (uint32_t n = choices.below(4); n > 0; --n) out = choices.below(2) ? batch(out) : filter(out);
    return out;
  }

  Consumer filter(Consumer out) {
    auto f = std::make_unique<FilterStage>();
    f->after = probe(out);
    f->pass = {
        .level = record::Level::Record, .fields = FilterStage::kRecords, .drops = true, .code = FilterStage::drop};
    f->program = {shape.signal, {&f->pass, 1}, f->after->consumer()};
    f->context.config = &f->program;
    f->context.runtime = &runtime;
    static auto* kept = new std::vector<void*>;
    kept->push_back(f->instance = record::rt_program_ops.create(&f->context));
    f->before = probe({record::rt_run_program, f->instance});
    filters.push_back(std::move(f));
    return filters.back()->before->consumer();
  }

  Consumer batch(Consumer out) {
    auto b = std::make_unique<BatchStage>();
    b->settings.timeout = choices.one_in(4) ? 0 : (1 + choices.below(2000)) * kMillisecond;
    b->settings.send_batch_size = choices.one_in(4) ? 0 : choices.below(200);
    if (choices.below(2)) b->settings.send_batch_max_size = b->settings.send_batch_size + 1 + choices.below(50);
    b->after = probe(out);
    b->after->may_refuse_for_good = choices.one_in(8);
    static const std::string id = "batch";
    b->context = {&runtime, str(id), {}, &b->settings, {}, {}};
    b->context.out[static_cast<uint32_t>(shape.signal)] = b->after->consumer();
    // A component is never destroyed, as in a collector; this one is empty when the world ends.
    static auto* kept = new std::vector<void*>;
    kept->push_back(b->instance = processor_batch_ops.create(&b->context));
    b->dropped = dropped_items(metrics, id, shape.signal);
    b->before = probe({processor_batch_consume, b->instance});
    batches.push_back(std::move(b));
    return batches.back()->before->consumer();
  }

  // ---- what happens -------------------------------------------------------------------------------------------------

  static uint64_t look_of(const Payload& p) {
    uint64_t h = p.items * 31 + p.bytes;
    for (const Slice& s : p.slices)
      h = h * 1099511628211u + reinterpret_cast<uintptr_t>(s.bytes.data()) + s.bytes.size();
    return h;
  }

  void offer_from(Receiver& receiver, Payload& payload) {
    const uint64_t look = look_of(payload);
    std::vector<uint64_t> numbers = numbers_of(payload);
    switch (offer(runtime, receiver.out, payload)) {
    case Status::Ok:
      for (uint64_t n : numbers) sender[n] = static_cast<uint32_t>(&receiver - receivers.data()) + 1;
      break;
    case Status::Refused: receiver.refused.push_back({static_cast<Payload&&>(payload), look}); break;
    case Status::Invalid: break;  // the sender gives it up
    }
  }

  void retry_refused(Receiver& receiver) {
    auto again = static_cast<std::vector<std::pair<Payload, uint64_t>>&&>(receiver.refused);
    receiver.refused.clear();
    for (auto& [payload, look] : again) {
      if (look_of(payload) != look) fail("a payload that was refused is not what it was");
      offer_from(receiver, payload);
    }
  }

  void step() {
    switch (choices.below(8)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      Receiver& receiver = receivers[choices.below(static_cast<uint32_t>(receivers.size()))];
      uint64_t items = 1 + choices.below(choices.one_in(10) ? 400 : 40);
      Payload payload = make_payload(shape, choices, droppable.size(), items, droppable);
      sender.resize(droppable.size());
      if (receiver.refused.size() < 4) offer_from(receiver, payload);
      break;
    }
    case 4: loop.advance(loop.now() + choices.below(100) * kMillisecond); break;
    case 5: loop.advance(loop.now() + choices.below(20'000) * kMillisecond); break;
    case 6: retry_refused(receivers[choices.below(static_cast<uint32_t>(receivers.size()))]); break;
    case 7: {
      Backend& b = *backends[choices.below(static_cast<uint32_t>(backends.size()))];
      b.mood = static_cast<Backend::Mood>(choices.below(4));
      break;
    }
    }
    check();
  }

  // accepted = handed on + lost + held, for every stage.
  void check() {
    auto count = [](int64_t* cell) { return static_cast<uint64_t>(*cell); };
    for (auto& f : fan_outs) {
      for (size_t i = 0; i < f->after.size(); ++i)
        if (f->before->taken != f->after[i]->taken + count(f->lost[i]) + f->fan_out->held_items(i))
          fail("a branch's account does not add up: " + std::to_string(f->before->taken) + " accepted, " +
               std::to_string(f->after[i]->taken) + " handed on, " + std::to_string(count(f->lost[i])) + " lost, " +
               std::to_string(f->fan_out->held_items(i)) + " held");
      if (f->fan_out->held() > f->after.size() * (f->place + most_held)) fail("a fan-out holds too much");
    }
    for (auto& f : filters)
      if (f->before->wanted != f->after->taken || f->after->taken != f->after->wanted)
        fail("a filter's account does not add up");
    uint64_t dropped = 0, missing = 0;
    bool idle = true;
    for (auto& b : batches) {
      // What a batch holds is known only when it says that it holds nothing.
      if (b->after->taken > b->before->taken) fail("a batch has handed on more than it took");
      missing += b->before->taken - b->after->taken;
      dropped = count(b->dropped);  // all batches have one id
      idle = idle && processor_batch_ops.idle(b->instance);
    }
    if (missing < dropped || (idle && missing != dropped)) fail("a batch's account does not add up");
    for (auto& b : backends) {
      ExportCounters c = export_counters(metrics, b->id, shape.signal);
      if (b->probe->taken != count(c.sent) + count(c.failed) + count(c.lost) + b->queue->held_items())
        fail("an exporter's account does not add up");
      // Each part of a buffer that was cut is charged with all of it, unless it is little and was compacted.
      if (b->queue->held() > 10 * (b->most_bytes + most_held)) fail("a queue holds too much");
      uint64_t received = 0;
      for (auto& [number, times] : b->received) received += times;
      if (received != count(c.sent)) fail("an exporter counts what its backend did not get");
    }
  }

  bool idle() {
    for (auto& f : fan_outs)
      if (!f->fan_out->idle()) return false;
    for (auto& b : batches)
      if (!processor_batch_ops.idle(b->instance)) return false;
    for (auto& b : backends)
      if (!b->queue->idle()) return false;
    for (auto& r : receivers)
      if (!r.refused.empty()) return false;
    return true;
  }

  // Every backend is well again, and the collector is told to stop.
  void end() {
    healing = true;
    for (auto& b : backends) b->mood = Backend::Mood::Well;
    // Long: hundreds of items may go one by one.
    for (int i = 0; i < 20'000 && !idle() && fault.empty(); ++i) {
      for (auto& r : receivers) retry_refused(r);
      loop.advance(loop.now() + 100 * kMillisecond);
      check();
    }
    runtime.draining = true;
    for (auto& b : batches) processor_batch_ops.drain(b->instance);
    for (auto& b : backends) b->queue->drain();
    for (int i = 0; i < 2000 && !idle() && fault.empty(); ++i) {
      for (auto& b : batches) processor_batch_ops.drain(b->instance);
      loop.advance(loop.now() + 100 * kMillisecond);
    }
    check();
    if (!idle()) fail("it does not end");
    for (auto& f : fan_outs)
      if (f->fan_out->held() != 0) fail("a fan-out holds memory for nothing");
    for (auto& b : backends) {
      if (b->queue->held() != 0) fail("a queue holds memory for nothing");
      for (auto& [number, times] : b->received) {
        size_t e = static_cast<size_t>(std::find(backends.begin(), backends.end(), b) - backends.begin());
        if (number >= sender.size() || sender[number] == 0) fail("a backend got what nobody acknowledged");
        else if (times > paths[sender[number] - 1][e]) fail("a backend got an item twice");
      }
    }
  }
};

Status Probe::consume(void* self, Payload* payload) {
  auto& p = *static_cast<Probe*>(self);
  World& w = p.world;
  const uint64_t look = World::look_of(*payload);
  const std::vector<uint64_t> numbers = numbers_of(*payload);
  w.most_held = std::max(w.most_held, payload->held());
  if (numbers.size() != payload->items) w.fail("a payload does not have the items that it counts");
  if (p.may_refuse_for_good && !w.healing && w.choices.one_in(6)) return Status::Invalid;
  const Status status = p.next.consume(p.next.self, payload);
  if (status != Status::Ok) {
    if (World::look_of(*payload) != look) w.fail("a consumer has changed what it did not take");
    return status;
  }
  if (!payload->empty() || payload->bytes != 0) w.fail("a payload that was taken is not empty");
  p.taken += numbers.size();
  for (uint64_t n : numbers) p.wanted += !w.droppable[n];
  return status;
}

Backend::Backend(World& w, std::string name) : world(w), id(std::move(name)) {
  Choices& c = w.choices;
  mood = static_cast<Mood>(c.below(4));
  settings.sizer = static_cast<config::QueueSizer>(c.below(3));
  settings.queue_size = 1 + c.below(settings.sizer == config::QueueSizer::Requests ? 20 : 2000);
  settings.num_consumers = 1 + c.below(4);
  settings.block_on_overflow = c.one_in(4);
  if (c.one_in(3)) {
    settings.batch.present = true;
    settings.batch.value.flush_timeout = (1 + c.below(1000)) * kMillisecond;
    settings.batch.value.sizer = c.below(2) ? config::QueueBatchSizer::Items : config::QueueBatchSizer::Bytes;
    settings.batch.value.min_size = c.below(200);
    if (c.below(2)) settings.batch.value.max_size = settings.batch.value.min_size + 1 + c.below(100);
  }
  retry.enabled = !c.one_in(5);
  retry.initial_interval = (1 + c.below(1000)) * kMillisecond;
  retry.randomization_factor = 0.5;
  retry.multiplier = 1.5;
  retry.max_interval = (1 + c.below(5)) * kSecond;
  retry.max_elapsed_time = c.one_in(4) ? 0 : (5 + c.below(30)) * kSecond;
  context = {&w.runtime, str(id), {}, nullptr, {}, {}};
  queue = std::make_unique<ExportQueue>(
      context, c.one_in(4) ? nullptr : &settings, &retry,
      [](void* self, Outgoing& item) { static_cast<Backend*>(self)->send(item); }, this,
      most_bytes = 5'000 + c.below(50'000));
  probe = w.probe({[](void* self, Payload* p) { return static_cast<ExportQueue*>(self)->offer(*p); }, queue.get()});
}

void Backend::send(Outgoing& item) {
  auto* a = new Answer(*this, item, world.loop);
  a->timer.in(1 + (mood == Mood::Slow ? world.choices.below(5000) : world.choices.below(20)) * kMillisecond);
}

void Backend::answer(Outgoing& item) {
  const std::vector<uint64_t> numbers = numbers_of(item.payload);
  auto receive = [&](size_t n) {
    for (size_t i = 0; i < n; ++i) ++received[numbers[i]];
  };
  uint32_t what = mood == Mood::Dead ? 1 : mood == Mood::Flaky ? world.choices.below(4) : 0;
  switch (what) {
  case 0: receive(numbers.size()); return queue->sent(item);
  case 1: return queue->again(item, "no", world.choices.below(3) * kSecond);
  case 2: return queue->failed(item, "never");
  default: {
    uint64_t lost = world.choices.below(static_cast<uint32_t>(numbers.size()));
    receive(numbers.size() - lost);
    return queue->sent_in_part(item, lost, "some");
  }
  }
}

}  // namespace

ConservationResult run_conservation(std::span<const uint8_t> bytes) {
  auto w = std::make_unique<World>(bytes);
  while (w->choices.more() && w->fault.empty()) w->step();
  if (w->fault.empty()) w->end();
  ConservationResult result;
  result.fault = w->fault;
  for (uint32_t s : w->sender) result.acknowledged += s != 0;
  result.refused = w->sender.size() - result.acknowledged;
  for (auto& b : w->backends) {
    ExportCounters c = export_counters(w->metrics, b->id, w->shape.signal);
    result.sent += static_cast<uint64_t>(*c.sent);
    result.lost += static_cast<uint64_t>(*c.failed);
  }
  for (auto& f : w->fan_outs)
    for (int64_t* cell : f->lost) result.lost += static_cast<uint64_t>(*cell);
  // What a fault has left behind would be called after its end.
  if (!result.fault.empty()) (void)w.release();
  return result;
}

}  // namespace whittle::testing
