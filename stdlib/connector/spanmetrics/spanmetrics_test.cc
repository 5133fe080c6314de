// SPDX-License-Identifier: Apache-2.0
// What is refused is held and handed on once there is room, counting goes on meanwhile, and memory has a limit.
#include "runtime/base/self_metrics.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/room.h"
#include "runtime/record/reshape.h"
#include "runtime/wire/otlp_views.h"
#include "stdlib/connector/spanmetrics/spanmetrics_config.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace whittle {
extern "C" Status connector_spanmetrics_consume(void* self, Payload* payload);
extern "C" const ComponentOps connector_spanmetrics_ops;

namespace {

constexpr int64_t kSecond = 1'000'000'000;

struct World {
  Logger log;
  Loop loop;
  Runtime runtime;
  SelfMetrics metrics;
  Room room;
  bool full = false;
  uint64_t taken = 0, points = 0, spans = 0;
  config::Spanmetrics config{};
  ComponentContext context{};
  void* self = nullptr;

  // Components live as long as the process, as in a collector.
  static World& kept() {
    static auto* all = new std::vector<World*>;
    all->push_back(new World);
    return *all->back();
  }

  World() {
    log.to(open("/dev/null", O_WRONLY));
    runtime.log = &log, runtime.loop = &loop, runtime.metrics = &metrics;
    runtime.fixed_clock_ns = kSecond;
    loop.hold_clock(kSecond);
    constexpr Text kDelta = "AGGREGATION_TEMPORALITY_DELTA";
    config.aggregation_temporality = {kDelta.data(), kDelta.size()};
    config.metrics_flush_interval = 10 * kSecond;
    config.resource_metrics_cache_size = 1000;
    config.histogram.disable = true;
    context.runtime = &runtime;
    context.id = {"spanmetrics", 11};
    context.config = &config;
    context.out[static_cast<uint32_t>(Signal::Metrics)] = {
        [](void* w, Payload* p) { return static_cast<World*>(w)->take(*p); }, this};
    self = connector_spanmetrics_ops.create(&context);
    connector_spanmetrics_ops.start(self);
  }

  Status take(Payload& p) {
    if (full) return room.refuse(runtime);
    ++taken;
    points += p.items;
    for (const Slice& slice : p.slices)
      for (const uint8_t *at = slice.bytes.data(), *end = at + slice.bytes.size(); at < end;) {
        const views::ResourceMetrics group(wire::next_field(at).content());
        for (const views::ScopeMetrics& scope : group.scope_metrics)
          for (const views::Metric& m : scope.metrics)
            for (const views::NumberDataPoint& point : views::Sum(m.sum).data_points)
              spans += static_cast<uint64_t>(point.as_int);
      }
    p.clear();
    return Status::Ok;
  }

  void send(const std::string& name) {
    Writer out;
    const size_t group = wire::begin_len(out, 1), resource = wire::begin_len(out, 1), a = wire::begin_len(out, 1);
    wire::put_len(out, 1, as_bytes(Text("service.name")));
    const size_t value = wire::begin_len(out, 2);
    wire::put_len(out, 1, as_bytes(Text("shop")));
    wire::end_len(out, value);
    wire::end_len(out, a);
    wire::end_len(out, resource);
    const size_t scope = wire::begin_len(out, 2), span = wire::begin_len(out, 2);
    wire::put_len(out, 5, as_bytes(Text(name)));
    wire::end_len(out, span);
    wire::end_len(out, scope);
    wire::end_len(out, group);
    Payload payload = record::payload_of(Signal::Traces, out);
    EXPECT_EQ(connector_spanmetrics_consume(self, &payload), Status::Ok);
    EXPECT_TRUE(payload.empty());
  }
};

TEST(SpanMetrics, WhatIsRefusedIsHandedOnLater) {
  World& w = World::kept();
  w.send("a");
  w.full = true;
  w.loop.advance(12 * kSecond);
  w.send("a");
  w.send("b");
  w.loop.advance(33 * kSecond);
  EXPECT_EQ(w.taken, 0u);
  w.full = false;
  w.room.made();
  w.loop.advance(34 * kSecond);
  EXPECT_EQ(w.spans, 1u);
  w.loop.advance(45 * kSecond);
  EXPECT_EQ(w.taken, 2u);
  EXPECT_EQ(w.spans, 3u);
}

TEST(SpanMetrics, HandsOnWhatItHasAtTheEnd) {
  World& w = World::kept();
  w.send("a");
  connector_spanmetrics_ops.drain(w.self);
  EXPECT_EQ(w.spans, 1u);
  w.send("late");
  EXPECT_EQ(w.spans, 2u);
  EXPECT_TRUE(connector_spanmetrics_ops.idle(w.self));
}

TEST(SpanMetrics, CountsWhatThereIsNoMemoryForTogether) {
  World& w = World::kept();
  const std::string tail(1000, 'x');
  for (int i = 0; i < 20'000; ++i) w.send(std::to_string(i) + tail);
  w.loop.advance(12 * kSecond);
  EXPECT_EQ(w.spans, 20'000u);
  EXPECT_LT(w.points, 4'000u);
}

}  // namespace
}  // namespace whittle
