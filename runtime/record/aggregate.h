// SPDX-License-Identifier: Apache-2.0
// Data points of a metric joined where their attributes and times are the same, as the reference's
// internal/coreinternal/aggregateutil does it.
#pragma once

#include "runtime/ottl/value.h"
#include "runtime/record/message.h"

namespace whittle::record {

enum class Aggregation : uint8_t { Sum, Mean, Min, Max, Median, Count };
// "sum"; anything else is one of the others, which the check has held it to.
Aggregation aggregation_named(Text name);

// Joins the points of a metric that is no summary. What is left of the metric is its name, description, unit, and what
// its kind of data is.
void aggregate(Arena& arena, Message& metric, Aggregation how);

// Calls with each data point of a metric, which may change it.
template <class F>
void change_points(Arena& arena, Message& m, F f) {
  const uint32_t data = metric::data_of(m);
  if (data == 0) return;
  const Message before(arena, m.content(data));
  Message of = before;
  of.erase(metric::kPoints);
  before.each(metric::kPoints, [&](Bytes content) {
    Message point(arena, content);
    f(point, data);
    of.add(metric::kPoints, point);
  });
  metric::set_data(m, data, of);
}

}  // namespace whittle::record
