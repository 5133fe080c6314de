// SPDX-License-Identifier: Apache-2.0
// A metric times a number: its points, and what of histograms, summaries and exemplars is in the same unit.
#include "runtime/record/scale.h"

#include "runtime/ottl/arguments.h"

namespace whittle::record {

namespace {

void scale_number(Message& m, uint32_t as_double, uint32_t as_int, double by) {
  if (m.has(as_int)) {
    const double d = static_cast<double>(static_cast<int64_t>(m.fixed(as_int))) * by;
    m.set_fixed(as_int, static_cast<uint64_t>(ottl::to_int(d)), true);
  } else if (m.has(as_double)) {
    m.set_real(as_double, m.real(as_double) * by, true);
  }
}

void scale_if_there(Message& m, uint32_t number, double by) {
  if (m.has(number)) m.set_real(number, m.real(number) * by, true);
}

// Each of the messages in a field anew.
template <class F>
void change_each(Arena& arena, Message& m, uint32_t number, F f) {
  const Message before = m;
  m.erase(number);
  before.each(number, [&](Bytes content) {
    Message inner(arena, content);
    f(inner);
    m.add(number, inner);
  });
}

void scale_histogram(Arena& arena, Message& point, double by) {
  constexpr uint32_t kBounds = 7, kExemplars = 8, kMin = 11, kMax = 12, kExemplarDouble = 3, kExemplarInt = 6;
  for (uint32_t number : {uint32_t{metric::kPointSum}, kMin, kMax}) scale_if_there(point, number, by);
  std::vector<double> bounds = point.reals(kBounds);
  for (double& b : bounds) b *= by;
  point.set_reals(kBounds, bounds);
  change_each(arena, point, kExemplars, [&](Message& e) { scale_number(e, kExemplarDouble, kExemplarInt, by); });
}

}  // namespace

void scale(Arena& arena, Message& m, double by) {
  constexpr uint32_t kQuantiles = 6, kValue = 2;
  const uint32_t data = metric::data_of(m);
  if (data == 0) return;
  Message of(arena, m.content(data));
  change_each(arena, of, metric::kPoints, [&](Message& point) {
    if (data == metric::kHistogram) {
      scale_histogram(arena, point, by);
    } else if (data == metric::kSummary) {
      point.set_real(metric::kPointSum, point.real(metric::kPointSum) * by);
      change_each(arena, point, kQuantiles, [&](Message& q) { q.set_real(kValue, q.real(kValue) * by); });
    } else {
      scale_number(point, metric::kAsDouble, metric::kAsInt, by);
    }
  });
  metric::set_data(m, data, of);
}

}  // namespace whittle::record
