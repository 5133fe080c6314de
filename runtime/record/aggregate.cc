// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/aggregate.h"

#include "runtime/ottl/arguments.h"

#include <algorithm>
#include <math.h>
#include <stdlib.h>

namespace whittle::record {

namespace {

constexpr uint32_t kMinOf[] = {11, 12}, kMaxOf[] = {12, 13};  // of a histogram's and an exponential histogram's points

bool exponential(uint32_t data) {
  return data == metric::kExponential;
}

// What points have in common that are joined.
Text key_of(Arena& arena, const Message& p, uint32_t data, bool by_start) {
  Writer w;
  Writer wire;
  p.each(metric::attributes_of(data), [&](Bytes pair) { wire::put_len(wire, 1, pair); });
  const Text kept = arena.copy(wire.text());
  if (!ottl::append_json(w, ottl::wire_map(as_bytes(kept), 1), arena)) return {};
  auto number = [&](uint64_t n) {
    w.byte(',');
    append_uint(w, n);
  };
  number(p.fixed(metric::kTime));
  if (by_start) number(p.fixed(metric::kStart));
  if (data == metric::kHistogram)
    for (uint64_t b : p.fixeds(7)) number(b);
  if (data == metric::kHistogram || exponential(data)) {
    number(p.has(kMinOf[exponential(data)])), number(p.has(kMaxOf[exponential(data)]));
    const Bytes flags = p.content(metric::flags_of(data));
    w.append(flags);
    if (exponential(data)) number(p.varint(6));
  }
  return arena.copy(w.text());
}

struct Group {
  Text key;
  std::vector<Message> points;
};

double as_double(const Message& p) {
  return p.has(metric::kAsInt) ? static_cast<double>(static_cast<int64_t>(p.fixed(metric::kAsInt)))
                               : p.real(metric::kAsDouble);
}
int64_t as_int(const Message& p) {
  return p.has(metric::kAsInt) ? static_cast<int64_t>(p.fixed(metric::kAsInt))
                               : ottl::to_int(p.real(metric::kAsDouble));
}
// What the reference takes from a point for a sum of ints: none of its doubles.
int64_t own_int(const Message& p) {
  return static_cast<int64_t>(p.fixed(metric::kAsInt));
}

void earlier_start(Message& p, const Message& other) {
  if (other.fixed(metric::kStart) < p.fixed(metric::kStart)) p.set_fixed(metric::kStart, other.fixed(metric::kStart));
}

template <class T, class Get>
T joined(const std::vector<Message>& points, Aggregation how, T first, Get get) {
  T out = first;
  std::vector<T> all{first};
  for (size_t i = 1; i < points.size(); ++i) {
    const T v = get(points[i]);
    switch (how) {
    case Aggregation::Sum:
    case Aggregation::Mean:
      if constexpr (std::is_same_v<T, double>) out += v;
      else out = static_cast<T>(static_cast<uint64_t>(out) + static_cast<uint64_t>(own_int(points[i])));
      break;
    case Aggregation::Min:
      if constexpr (std::is_same_v<T, double>) out = isnan(v) || isnan(out) ? v + out : fmin(out, v);
      else out = std::min(out, v);
      break;
    case Aggregation::Max:
      if constexpr (std::is_same_v<T, double>) out = isnan(v) || isnan(out) ? v + out : fmax(out, v);
      else out = std::max(out, v);
      break;
    case Aggregation::Median: all.push_back(v); break;
    case Aggregation::Count: out = static_cast<T>(points.size()); break;
    }
  }
  if (how == Aggregation::Mean) out /= static_cast<T>(points.size());
  if (how == Aggregation::Median) {
    qsort(all.data(), all.size(), sizeof(T), [](const void* a, const void* b) {
      const T x = *static_cast<const T*>(a), y = *static_cast<const T*>(b);
      return (x > y) - (x < y);
    });
    const size_t middle = all.size() / 2;
    out = all.size() % 2 ? all[middle] : static_cast<T>((all[middle - 1] + all[middle]) / 2);
  }
  return out;
}

Message join_numbers(const std::vector<Message>& points, Aggregation how) {
  Message out = points[0];
  if (out.has(metric::kAsInt)) {
    out.set_fixed(metric::kAsInt, static_cast<uint64_t>(joined(points, how, as_int(out), as_int)), true);
  } else if (out.has(metric::kAsDouble)) {
    out.set_real(metric::kAsDouble, joined(points, how, out.real(metric::kAsDouble), as_double), true);
  } else {
    return out;
  }
  for (const Message& p : points) earlier_start(out, p);
  return out;
}

void add_counts_and_bounds(Message& out, const Message& p, uint32_t data) {
  const uint32_t min = kMinOf[exponential(data)], max = kMaxOf[exponential(data)];
  out.set_fixed(metric::kCount, out.fixed(metric::kCount) + p.fixed(metric::kCount));
  out.set_real(metric::kPointSum, out.real(metric::kPointSum) + p.real(metric::kPointSum), true);
  if (out.has(min) && out.real(min) > p.real(min)) out.set_real(min, p.real(min), true);
  if (out.has(max) && out.real(max) < p.real(max)) out.set_real(max, p.real(max), true);
  out.add_all(metric::exemplars_of(data), p, metric::exemplars_of(data));
  earlier_start(out, p);
}

Message join_histograms(const std::vector<Message>& points) {
  constexpr uint32_t kCounts = 6;
  Message out = points[0];
  std::vector<uint64_t> counts = out.fixeds(kCounts);
  for (size_t i = 1; i < points.size(); ++i) {
    if (points[i].fixed(metric::kCount) == 0) continue;
    add_counts_and_bounds(out, points[i], metric::kHistogram);
    const std::vector<uint64_t> more = points[i].fixeds(kCounts);
    if (more.size() > counts.size()) counts.resize(more.size());
    for (size_t b = 0; b < more.size(); ++b) counts[b] += more[b];
  }
  out.set_fixeds(kCounts, counts);
  return out;
}

// Bucket counts of an exponential histogram's half, whose first has that offset.
struct Buckets {
  int64_t offset;
  std::vector<uint64_t> counts;
};
Buckets buckets_of(Arena& arena, const Message& p, uint32_t number) {
  const Message m(arena, p.content(number));
  return {wire::zigzag(m.varint(1)), m.varints(2)};
}

// As the reference has it: where the other's begin lower, its counts that are not zero go in front of all.
void join_buckets(Buckets& to, const Buckets& from) {
  constexpr int64_t kMost = 1 << 20;  // a limit on what peers may ask for
  const bool differ = to.offset != from.offset;
  if (from.offset < to.offset) {
    for (size_t i = from.counts.size(); i-- > 0;)
      if (from.counts[i] > 0) to.counts.insert(to.counts.begin(), from.counts[i]);
  } else {
    for (size_t i = 0; i < from.counts.size(); ++i) {
      const int64_t at = static_cast<int64_t>(i) + (from.offset - to.offset);
      if ((differ && from.counts[i] == 0) || at >= kMost) continue;
      if (at >= static_cast<int64_t>(to.counts.size())) to.counts.resize(static_cast<size_t>(at) + 1);
      to.counts[static_cast<size_t>(at)] += from.counts[i];
    }
  }
  if (!differ || from.counts.empty()) return;
  to.offset = std::min(to.offset, from.offset);
  size_t zeros = 0;
  while (zeros < to.counts.size() && to.counts[zeros] == 0) ++zeros;
  to.counts.erase(to.counts.begin(), to.counts.begin() + static_cast<ptrdiff_t>(zeros));
}

Message join_exponentials(Arena& arena, const std::vector<Message>& points) {
  constexpr uint32_t kZeros = 7, kHalves[] = {8, 9};
  Message out = points[0];
  for (size_t i = 1; i < points.size(); ++i) {
    const Message& p = points[i];
    if (p.fixed(metric::kCount) == 0) continue;
    out.set_fixed(kZeros, out.fixed(kZeros) + p.fixed(kZeros));
    for (uint32_t half : kHalves) {
      Buckets to = buckets_of(arena, out, half);
      join_buckets(to, buckets_of(arena, p, half));
      Message made(arena);
      made.set_varint(1, static_cast<uint64_t>(to.offset) << 1 ^ static_cast<uint64_t>(to.offset >> 63));
      made.set_varints(2, to.counts);
      out.erase(half);
      out.add(half, made);
    }
    add_counts_and_bounds(out, p, metric::kExponential);
  }
  return out;
}

}  // namespace

Aggregation aggregation_named(Text name) {
  constexpr Text kNames[] = {"sum", "mean", "min", "max", "median", "count"};
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == name) return static_cast<Aggregation>(i);
  return Aggregation::Sum;
}

void aggregate(Arena& arena, Message& m, Aggregation how) {
  const uint32_t data = metric::data_of(m);
  const Message of(arena, m.content(data));
  const bool delta = data != metric::kGauge && of.varint(metric::kTemporality) == metric::kDelta;
  std::vector<Group> groups;
  of.each(metric::kPoints, [&](Bytes content) {
    const Message point(arena, content);
    const Text key = key_of(arena, point, data, delta);
    auto at = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.key == key; });
    if (at == groups.end()) at = groups.insert(at, Group{key, {}});
    at->points.push_back(point);
  });
  Message made(arena), points(arena);
  for (uint32_t number : {metric::kName, metric::kDescription, metric::kUnit}) made.set_text(number, m.text(number));
  for (const Group& g : groups)
    points.add(metric::kPoints, data == metric::kHistogram ? join_histograms(g.points)
                                : exponential(data)        ? join_exponentials(arena, g.points)
                                                           : join_numbers(g.points, how));
  if (data != metric::kGauge) points.set_varint(metric::kTemporality, of.varint(metric::kTemporality));
  if (data == metric::kSum) points.set_varint(metric::kMonotonic, of.varint(metric::kMonotonic));
  if (data != 0) metric::set_data(made, data, points);
  m = made;
}

}  // namespace whittle::record
