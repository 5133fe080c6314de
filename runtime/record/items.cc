// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/items.h"

#include "runtime/base/writer.h"
#include "runtime/wire/wire.h"

#include <span>

namespace whittle {
namespace {

// The levels on the way from a group to its items: where the next level's messages stand.
//   0 ResourceX: scopes in 2;  1 ScopeX: records in 2;  2 Metric: its data in 5, 7, 9, 10 or 11;  3 data: points in 1
constexpr int kMetricLevel = 2, kPointLevel = 3;

bool is_child(int level, uint32_t tag) {
  uint32_t n = tag >> 3;
  if ((tag & 7) != wire::kLen) return false;
  switch (level) {
  case kMetricLevel: return n == 5 || n == 7 || n == 9 || n == 10 || n == 11;
  case kPointLevel: return n == 1;
  default: return n == 2;
  }
}

// The level whose children are items themselves.
int last_level(Signal signal) {
  return signal == Signal::Metrics ? kPointLevel : 1;
}

uint64_t items_below(Signal signal, int level, Bytes message) {
  uint64_t items = 0;
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (!is_child(level, f.tag)) continue;
    if (level == kMetricLevel) items = 0;  // of a oneof the last one counts
    items += level == last_level(signal) ? 1 : items_below(signal, level + 1, f.content());
  }
  return items;
}

// One of the messages that a group is divided into, and how many items it still takes. The last takes all that come.
struct Part {
  Writer out;
  uint64_t room;
};

// Writes the items below `message` to the parts, in order; everything else goes to each of them.
void divide(Signal signal, int level, Bytes message, std::span<Part> parts) {
  size_t at = 0;
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (!is_child(level, f.tag)) {
      for (Part& part : parts) part.out.append(f.whole());
      continue;
    }
    uint64_t items = level == last_level(signal) ? 1 : items_below(signal, level + 1, f.content());
    while (at + 1 < parts.size() && parts[at].room == 0) ++at;
    if (items <= parts[at].room || at + 1 == parts.size()) {
      parts[at].out.append(f.whole());
      parts[at].room -= items < parts[at].room ? items : parts[at].room;
      continue;
    }
    size_t last = at;
    for (uint64_t left = items; left > parts[last].room && last + 1 < parts.size(); ++last) left -= parts[last].room;
    std::span<Part> below = parts.subspan(at, last - at + 1);
    std::vector<size_t> starts;
    for (Part& part : below) starts.push_back(wire::begin_len(part.out, f.number()));
    divide(signal, level + 1, f.content(), below);
    for (size_t i = 0; i < below.size(); ++i) wire::end_len(below[i].out, starts[i]);
    at = last;
  }
}

// How a group of `items` is divided of which the first `first` are wanted now, and `n` at a time will be: the next
// pieces in the size that they will be wanted in, those behind in ever larger ones, which are divided when they are in
// front. So a group of p pieces is copied about log16(p) times, and not p / 2 times as when only the first is cut off
// what is left each time; and only a few pieces of a group are there at a time, each with its copy of the resource.
constexpr int kPiecesOfASize = 15;
std::vector<Part> parts_of(uint64_t items, uint64_t first, uint64_t n) {
  std::vector<Part> parts;
  parts.push_back({{}, first});
  uint64_t left = items - first;
  for (uint64_t size = n; left > 0; size *= kPiecesOfASize + 1)
    for (int i = 0; i < kPiecesOfASize && left > 0; ++i) {
      const uint64_t piece = left < size ? left : size;
      parts.push_back({{}, piece});
      left -= piece;
    }
  return parts;
}

Slice written(const Writer& out) {
  BufferRef buffer = BufferRef::copy(out.bytes());
  Bytes bytes{buffer.data(), out.size()};
  return {static_cast<BufferRef&&>(buffer), bytes};
}

}  // namespace

uint64_t items_of_record(Signal signal, Bytes record) {
  return signal == Signal::Metrics ? items_below(signal, kMetricLevel, record) : 1;
}
uint64_t items_of_group(Signal signal, Bytes group) {
  return items_below(signal, 0, group);
}

void take_items(Payload& from, uint64_t n, Payload& to) {
  if (n >= from.items) {
    to.join(static_cast<Payload&&>(from));
    from.slices.clear();
    from.items = from.bytes = 0;
    return;
  }
  std::vector<Slice> left;
  uint64_t moved = 0;
  for (Slice& slice : from.slices) {
    const uint8_t *start = slice.bytes.data(), *p = start, *end = p + slice.bytes.size();
    if (moved == n) {
      left.push_back(static_cast<Slice&&>(slice));
      continue;
    }
    while (p < end && moved < n) {
      wire::RawField f = wire::next_field(p);
      uint64_t items = items_of_group(from.signal, f.content());
      if (moved + items <= n) {
        moved += items;
        continue;
      }
      if (start < f.begin) to.add({slice.owner, {start, f.begin}});
      std::vector<Part> parts = parts_of(items, n - moved, n);
      std::vector<size_t> starts;
      for (Part& part : parts) starts.push_back(wire::begin_len(part.out, f.number()));
      divide(from.signal, 0, f.content(), parts);
      for (size_t i = 0; i < parts.size(); ++i) {
        wire::end_len(parts[i].out, starts[i]);
        if (i == 0) to.add(written(parts[i].out));
        else left.push_back(written(parts[i].out));
        parts[i].out = {};
      }
      moved = n;
      start = p;
    }
    if (start < p) to.add({slice.owner, {start, p}});
    if (p < end) left.push_back({slice.owner, {p, end}});
  }
  to.items += moved;
  from.slices = static_cast<std::vector<Slice>&&>(left);
  from.items -= moved;
  from.bytes = 0;
  for (const Slice& slice : from.slices) from.bytes += slice.bytes.size();
}

}  // namespace whittle
