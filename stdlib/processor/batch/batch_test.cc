// SPDX-License-Identifier: Apache-2.0
// Shards by header values: each has its batches, those that nothing comes of are forgotten, and together they hold no
// more than one would.
#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/room.h"
#include "runtime/record/reshape.h"
#include "runtime/wire/wire.h"
#include "stdlib/processor/batch/batch_config.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace whittle {
extern "C" Status processor_batch_consume(void* self, Payload* payload);
extern "C" const ComponentOps processor_batch_ops;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr Str kKeys[] = {{"x-tenant", 8}};

struct World {
  Logger log;
  Loop loop;
  Runtime runtime;
  SelfMetrics metrics;
  Room room;
  bool full = false;
  std::vector<std::string> batches;  // "tenant:items"
  config::Batch config{};
  ComponentContext context{};
  void* self = nullptr;

  // Components live as long as the process, as in a collector.
  static World& kept(uint32_t limit, uint32_t size, int64_t timeout) {
    static auto* all = new std::vector<World*>;
    all->push_back(new World(limit, size, timeout));
    return *all->back();
  }

  World(uint32_t limit, uint32_t size, int64_t timeout) {
    log.to(open("/dev/null", O_WRONLY));
    runtime.log = &log, runtime.loop = &loop, runtime.metrics = &metrics;
    loop.hold_clock(kSecond);
    config.send_batch_size = size;
    config.timeout = timeout;
    config.metadata_keys = {kKeys, 1};
    config.metadata_cardinality_limit = limit;
    context.runtime = &runtime;
    context.id = {"batch", 5};
    context.config = &config;
    context.out[static_cast<uint32_t>(Signal::Traces)] = {
        [](void* w, Payload* p) { return static_cast<World*>(w)->take(*p); }, this};
    self = processor_batch_ops.create(&context);
  }

  Status take(Payload& p) {
    if (full) return room.refuse(runtime);
    const Text tenant = p.metadata.headers.empty() ? Text("none") : p.metadata.headers[0].value;
    batches.push_back(std::string(tenant) + ":" + std::to_string(p.items));
    p.clear();
    return Status::Ok;
  }

  // A request of `items` spans that holds about `bytes` of memory.
  Status send(const std::string& tenant, uint64_t items = 1, size_t bytes = 64) {
    Writer out;
    const size_t group = wire::begin_len(out, 1), scope = wire::begin_len(out, 2);
    for (uint64_t i = 0; i < items; ++i) {
      const size_t span = wire::begin_len(out, 2);
      wire::put_len(out, 5, as_bytes(Text(std::string(bytes / items, 'x'))));
      wire::end_len(out, span);
    }
    wire::end_len(out, scope);
    wire::end_len(out, group);
    Payload p = record::payload_of(Signal::Traces, out);
    const BufferRef owner = BufferRef::copy(as_bytes(Text(tenant)));
    p.metadata.headers.push_back({owner, "x-tenant", Text(reinterpret_cast<const char*>(owner.data()), tenant.size())});
    return processor_batch_consume(self, &p);
  }

  void pass(int64_t time) { loop.advance(loop.now() + time); }
};

TEST(Shards, EachHasItsBatches) {
  World& w = World::kept(10, 3, 10 * kSecond);
  for (const char* tenant : {"a", "b", "a", "a", "b"}) EXPECT_EQ(w.send(tenant), Status::Ok);
  EXPECT_EQ(w.batches, (std::vector<std::string>{"a:3"}));
  w.pass(11 * kSecond);
  EXPECT_EQ(w.batches, (std::vector<std::string>{"a:3", "b:2"}));
}

TEST(Shards, WhatDoesNotComeAnyMoreIsForgotten) {
  World& w = World::kept(2, 3, kSecond);
  EXPECT_EQ(w.send("a"), Status::Ok);
  EXPECT_EQ(w.send("b"), Status::Ok);
  EXPECT_EQ(w.send("c"), Status::Refused);
  w.pass(30 * kSecond);
  EXPECT_EQ(w.send("c"), Status::Refused) << "they may come again";
  EXPECT_EQ(w.send("a"), Status::Ok);
  w.pass(40 * kSecond);
  EXPECT_EQ(w.send("c"), Status::Ok) << "in the place of b";
  EXPECT_EQ(w.send("b"), Status::Refused);
  EXPECT_EQ(w.send("a"), Status::Ok);
}

TEST(Shards, WhoWasRefusedIsCalled) {
  World& w = World::kept(1, 3, kSecond);
  EXPECT_EQ(w.send("a"), Status::Ok);
  EXPECT_EQ(w.send("c"), Status::Refused);
  int called = 0;
  Waiter waiter(w.loop, [](void* n) { ++*static_cast<int*>(n); }, &called);
  waiter.wait(w.runtime);
  w.pass(30 * kSecond);
  EXPECT_EQ(called, 0);
  w.pass(61 * kSecond);
  EXPECT_EQ(called, 1);
  EXPECT_EQ(w.send("c"), Status::Ok);
}

TEST(Shards, HeldOnesAreNotForgotten) {
  World& w = World::kept(1, 1, kSecond);
  w.full = true;
  EXPECT_EQ(w.send("a"), Status::Ok);
  w.pass(600 * kSecond);
  EXPECT_EQ(w.send("c"), Status::Refused);
  w.full = false;
  w.room.made();
  w.pass(0);
  EXPECT_EQ(w.batches, (std::vector<std::string>{"a:1"}));
  w.pass(61 * kSecond);
  EXPECT_EQ(w.send("c"), Status::Ok);
}

TEST(Shards, HaveTheirMemoryTogether) {
  constexpr size_t kMuch = 1'000'000;
  World& w = World::kept(0, 1000, 3600 * kSecond);
  auto send = [&](int i) { return w.send("t" + std::to_string(i), 1, kMuch); };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(send(i), Status::Ok);
  EXPECT_EQ(w.batches.size(), 0u);
  for (int i = 4; i < 100; ++i) EXPECT_EQ(send(i), Status::Ok);
  EXPECT_GE(w.batches.size(), 90u) << "what is too much goes on at once";
  w.full = true;
  int taken = 0;
  while (taken < 100 && send(100 + taken) == Status::Ok) ++taken;
  EXPECT_LE(taken, 10) << "then senders wait";
  int called = 0;
  Waiter waiter(w.loop, [](void* n) { ++*static_cast<int*>(n); }, &called);
  w.runtime.refused_at = nullptr;
  EXPECT_EQ(send(200), Status::Refused);
  waiter.wait(w.runtime);
  w.pass(kSecond);
  EXPECT_EQ(called, 0);
  w.full = false;
  w.room.made();
  w.pass(kSecond);
  EXPECT_EQ(called, 1);
  EXPECT_EQ(send(200), Status::Ok);
}

}  // namespace
}  // namespace whittle
