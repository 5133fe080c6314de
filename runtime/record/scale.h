// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/record/message.h"

namespace whittle::record {

// Multiplies the values of a metric that is no exponential histogram: numbers, sums, bounds, quantiles, and exemplars
// of histograms. Ints are cut to ints.
void scale(Arena& arena, Message& metric, double by);

}  // namespace whittle::record
