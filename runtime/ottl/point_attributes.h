// SPDX-License-Identifier: Apache-2.0
// Attributes of a metric, which are those of its data points.
#pragma once

#include "runtime/ottl/value.h"
#include "runtime/wire/wire.h"

namespace whittle::ottl {

// The first attribute of that name among a metric's data points, in order. `points`: as rt_get_data_points gives them.
inline bool first_attribute(const Value& points, Text key, Value* out) {
  // The field that attributes are in: histograms 9, exponential histograms 1, all others 7.
  const uint32_t number = points.detail == 9 ? 9 : points.detail == 10 ? 1 : 7;
  for (const uint8_t *p = points.bytes, *end = p + points.size; p < end;) {
    const wire::RawField point = wire::next_field(p);
    if (point.number() == 1 && find(wire_map(point.content(), number), key, out)) return true;
  }
  return false;
}

}  // namespace whittle::ottl
