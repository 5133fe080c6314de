// SPDX-License-Identifier: Apache-2.0
// Memory that is counted is memory that is held.
#include "runtime/base/memory.h"
#include "runtime/base/payload.h"
#include "runtime/base/writer.h"
#include "runtime/record/frame.h"
#include "runtime/record/items.h"
#include "runtime/wire/wire.h"

#include <gtest/gtest.h>
#include <string.h>
#include <vector>

namespace whittle {
namespace {

// A request of `groups` resources with one span of `size` bytes each; the span of the first one is named "keep".
Payload request(int groups, size_t size) {
  Writer out;
  for (int i = 0; i < groups; ++i) {
    size_t group = wire::begin_len(out, 1), scope = wire::begin_len(out, 2), span = wire::begin_len(out, 2);
    size_t name = wire::begin_len(out, 5);
    out.append(Text(i == 0 ? "keep" : "drop"));
    wire::end_len(out, name);
    size_t filler = wire::begin_len(out, 3);
    for (size_t n = 0; n < size; ++n) out.byte('x');
    wire::end_len(out, filler);
    wire::end_len(out, span);
    wire::end_len(out, scope);
    wire::end_len(out, group);
  }
  Payload payload(Signal::Traces);
  payload.items = static_cast<uint64_t>(groups);
  BufferRef owner = BufferRef::copy(out.bytes());
  Bytes bytes{owner.data(), out.size()};
  payload.add({static_cast<BufferRef&&>(owner), bytes});
  return payload;
}

std::string text_of(const Payload& payload) {
  Writer out;
  payload.flatten(out);
  return std::string(out.text());
}

record::Verdict drop(ottl::Run* run, record::Frame* const* frames, uint64_t) {
  ottl::Value name;
  record::rt_get(run, frames[static_cast<uint32_t>(record::Level::Record)], 0, 5, record::How::Text, &name);
  return name.as_text() == Text("drop") ? record::Verdict::Drop : record::Verdict::Keep;
}

TEST(Held, AFilterThatKeepsOneSpanOfEachRequestHoldsThatSpan) {
  Payload collected(Signal::Traces);
  const uint32_t records = 1u << static_cast<uint32_t>(record::Level::Record);
  record::Pass pass{.level = record::Level::Record, .fields = records, .drops = true, .code = drop};
  record::Program program{Signal::Traces,
                          {&pass, 1},
                          {[](void* to, Payload* from) {
                             static_cast<Payload*>(to)->join(static_cast<Payload&&>(*from));
                             return Status::Ok;
                           },
                           &collected}};
  ComponentContext context{};
  context.config = &program;
  static void* filter = nullptr;  // lives as long as the process, as in a collector
  filter = record::rt_program_ops.create(&context);
  const uint64_t before = memory_held();
  for (int i = 0; i < 100; ++i) {
    Payload p = request(400, 1000);
    ASSERT_EQ(record::rt_run_program(filter, &p), Status::Ok);
    EXPECT_TRUE(p.empty());
  }
  EXPECT_EQ(collected.items, 100u);
  // 40 MB have passed; 100 spans of a kilobyte are left.
  const uint64_t held = memory_held() - before;
  EXPECT_LT(held, 200'000u);
  EXPECT_GT(held, 100'000u);
  EXPECT_GE(collected.held(), held);
  EXPECT_LE(collected.held(), held + collected.slices.capacity() * sizeof(Slice));
  collected.clear();
  EXPECT_EQ(memory_held(), before);
}

TEST(Held, ASliceIsChargedWithItsWholeBufferAndSharedOnesOnce) {
  Payload p = request(10, 10'000);
  const uint64_t whole = p.slices[0].owner.held();
  Payload part(Signal::Traces);
  take_items(p, 5, part);
  EXPECT_GE(part.held(), whole);
  EXPECT_GE(p.held(), whole);
  p.join(part.clone());
  EXPECT_LT(p.held(), whole + 1000);
}

TEST(Held, CompactingKeepsTheBytesAndLetsTheBufferGo) {
  const uint64_t before = memory_held();
  Payload p = request(100, 1000), head(Signal::Traces);
  take_items(p, 10, head);
  const std::string text = text_of(head);
  p.clear();
  EXPECT_GT(memory_held() - before, 100'000u);
  head.compact();
  EXPECT_EQ(text_of(head), text);
  EXPECT_LT(memory_held() - before, 12'000u);
}

TEST(Held, WhatIsALargePartOfItsBufferIsNotCopied) {
  Payload p = request(10, 1000), head(Signal::Traces);
  take_items(p, 5, head);
  const uint8_t* at = head.slices[0].bytes.data();
  head.compact();
  EXPECT_EQ(head.slices[0].bytes.data(), at);
}

// One ResourceSpans of `n` spans, each of which holds its number.
Payload one_group(uint64_t n) {
  Writer scope, group;
  for (uint64_t i = 0; i < n; ++i) {
    size_t at = wire::begin_len(scope, 2);
    wire::put_tag(scope, 7, wire::kI64);
    wire::put_i64(scope, i + 1);
    wire::end_len(scope, at);
  }
  size_t outer = wire::begin_len(group, 1), resource = wire::begin_len(group, 1);
  wire::end_len(group, resource);
  size_t inner = wire::begin_len(group, 2);
  group.append(scope.bytes());
  wire::end_len(group, inner);
  wire::end_len(group, outer);
  Payload p(Signal::Traces);
  p.items = n;
  Slice slice{BufferRef::copy(group.bytes()), {}};
  slice.bytes = {slice.owner.data(), group.size()};
  p.add(static_cast<Slice&&>(slice));
  return p;
}

// The numbers of the spans, in order; each group must have its resource.
std::vector<uint64_t> numbers(const Payload& payload) {
  std::vector<uint64_t> all;
  for (const Slice& slice : payload.slices)
    for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
      Bytes group = wire::next_field(p).content();
      bool resource = false;
      for (const uint8_t *q = group.data(), *stop = q + group.size(); q < stop;) {
        wire::RawField f = wire::next_field(q);
        resource |= f.number() == 1;
        if (f.number() != 2) continue;
        Bytes scope = f.content();
        for (const uint8_t *s = scope.data(), *over = s + scope.size(); s < over;) {
          const uint8_t* span = wire::next_field(s).content().data() + 1;
          all.push_back(wire::i64(span));
        }
      }
      EXPECT_TRUE(resource);
    }
  return all;
}

TEST(Split, EveryItemIsInOnePieceAndInOrder) {
  for (uint64_t items : {1u, 2u, 15u, 16u, 17u, 100u, 4097u})
    for (uint64_t n : {1u, 2u, 7u, 16u, 100u, 5000u}) {
      Payload p = one_group(items);
      uint64_t next = 1;
      while (p.items > 0) {
        Payload part(Signal::Traces);
        take_items(p, n, part);
        const std::vector<uint64_t> got = numbers(part);
        ASSERT_EQ(got.size(), part.items);
        ASSERT_EQ(part.items, std::min(n, items - next + 1));
        for (uint64_t i : got) ASSERT_EQ(i, next++);
      }
      EXPECT_EQ(next, items + 1);
    }
}

// It was copied as often as there are pieces: 20 MiB in pieces of 512 spans cost 2 GB of copying.
TEST(Split, WhatIsLeftIsNotCopiedForEachPiece) {
  constexpr uint64_t kItems = 100'000;
  Payload p = one_group(kItems);
  const uint64_t bytes = p.bytes;
  uint64_t copied = 0;
  while (p.items > 0) {
    std::vector<const uint8_t*> before;
    for (const Slice& s : p.slices) before.push_back(s.owner.data());
    Payload part(Signal::Traces);
    take_items(p, 50, part);
    std::vector<Slice> now = p.slices;
    now.insert(now.end(), part.slices.begin(), part.slices.end());
    for (const Slice& s : now)
      if (std::find(before.begin(), before.end(), s.owner.data()) == before.end()) copied += s.bytes.size();
    ASSERT_LT(p.slices.size(), 60u);
  }
  EXPECT_LT(copied, 4 * bytes);
  EXPECT_GT(copied, bytes);
}

TEST(Held, AMovedFromPayloadIsEmptyInEveryField) {
  Payload p = request(3, 10);
  p.metadata.headers.push_back({p.slices[0].owner, "a", "b"});
  Payload q = static_cast<Payload&&>(p);
  EXPECT_TRUE(p.empty() && p.bytes == 0 && p.metadata.headers.empty());
  EXPECT_EQ(q.items, 3u);
  Payload r;
  r = static_cast<Payload&&>(q);
  EXPECT_TRUE(q.empty() && q.bytes == 0 && q.metadata.headers.empty());
  EXPECT_EQ(r.metadata.headers.size(), 1u);
  Payload s;
  s.join(static_cast<Payload&&>(r));
  EXPECT_TRUE(r.empty() && r.bytes == 0 && r.metadata.headers.empty());
}

TEST(Held, WritersAndArenasAreOnTheAccount) {
  const uint64_t before = memory_held();
  {
    Writer w;
    w.room(100'000);
    Writer moved = static_cast<Writer&&>(w);
    EXPECT_GE(memory_held() - before, 100'000u);
    Booking session(5000);
    EXPECT_GE(memory_held() - before, 105'000u);
  }
  EXPECT_EQ(memory_held(), before);
}

}  // namespace
}  // namespace whittle
