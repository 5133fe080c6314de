// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/items.h"

#include "runtime/base/writer.h"
#include "runtime/wire/wire.h"

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

// Writes the first `n` items below `message` to `head` and the others to `tail`; everything else goes to both.
void divide(Signal signal, int level, Bytes message, uint64_t n, Writer& head, Writer& tail) {
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (!is_child(level, f.tag)) {
      head.append(f.whole());
      tail.append(f.whole());
      continue;
    }
    uint64_t items = level == last_level(signal) ? 1 : items_below(signal, level + 1, f.content());
    if (n == 0) {
      tail.append(f.whole());
    } else if (items <= n) {
      head.append(f.whole());
      n -= items;
    } else {
      size_t head_start = wire::begin_len(head, f.number()), tail_start = wire::begin_len(tail, f.number());
      divide(signal, level + 1, f.content(), n, head, tail);
      wire::end_len(head, head_start);
      wire::end_len(tail, tail_start);
      n = 0;
    }
  }
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
      Writer head, tail;
      size_t head_start = wire::begin_len(head, f.number()), tail_start = wire::begin_len(tail, f.number());
      divide(from.signal, 0, f.content(), n - moved, head, tail);
      wire::end_len(head, head_start);
      wire::end_len(tail, tail_start);
      to.add(written(head));
      left.push_back(written(tail));
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
