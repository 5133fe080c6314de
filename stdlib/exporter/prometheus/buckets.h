// SPDX-License-Identifier: Apache-2.0
// Exponential histograms: added to each other, and as Prometheus' native histograms.
#pragma once

#include "stdlib/exporter/prometheus/series.h"

namespace whittle::prometheus_exporter {

// Adds `older` to `now`, at the coarser of their scales. False, and nothing is changed, where that would be more
// buckets than can be meant.
bool add_exponential(Distribution& now, const Distribution& older);

constexpr int32_t kFinestScale = 8, kCoarsestScale = -4;  // of native histograms

// Populations of one side by index, as a native histogram counts them. `finer`: how much finer than kFinestScale they
// are.
struct NativeBucket {
  int64_t index;
  int64_t count;
};
std::vector<NativeBucket> native_buckets(const Side& side, int32_t finer);

// False where it cannot be one: too coarse, or its buckets do not add up to its count.
bool is_native(const Distribution& d);

}  // namespace whittle::prometheus_exporter
