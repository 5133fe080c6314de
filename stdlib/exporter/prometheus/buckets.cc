// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/prometheus/buckets.h"

#include <algorithm>
#include <math.h>

namespace whittle::prometheus_exporter {

namespace {

constexpr int64_t kMostBuckets = 1 << 14;

// Buckets with 64-bit places: what comes may say any offset.
struct Wide {
  int64_t offset = 0;
  std::vector<uint64_t> counts;
};

Wide scaled(const Side& from, int32_t by) {
  Wide out;
  if (from.counts.empty()) return out;
  const int32_t shift = std::min(by, 40);
  out.offset = int64_t{from.offset} >> shift;
  const int64_t last = (int64_t{from.offset} + static_cast<int64_t>(from.counts.size()) - 1) >> shift;
  out.counts.resize(static_cast<size_t>(last - out.offset + 1));
  for (size_t i = 0; i < from.counts.size(); ++i)
    out.counts[static_cast<size_t>(((from.offset + static_cast<int64_t>(i)) >> shift) - out.offset)] += from.counts[i];
  return out;
}

// Buckets that a wider threshold of zero takes in. Gives what was in them.
uint64_t take_zeros(Wide& side, int32_t scale, double threshold) {
  if (side.counts.empty() || threshold <= 0) return 0;
  uint64_t zeros = 0;
  size_t i = 0;
  // The bound is the Collector's own: scale and place are added.
  while (i < side.counts.size() &&
         pow(2, static_cast<double>(scale + side.offset + static_cast<int64_t>(i) + 1)) <= threshold)
    zeros += side.counts[i++];
  side.counts.erase(side.counts.begin(), side.counts.begin() + static_cast<ptrdiff_t>(i));
  side.offset = side.counts.empty() ? 0 : side.offset + static_cast<int64_t>(i);
  return zeros;
}

bool merge(const Wide& a, const Wide& b, Side& out) {
  if (a.counts.empty() || b.counts.empty()) {
    const Wide& one = a.counts.empty() ? b : a;
    if (one.offset > INT32_MAX || one.offset < INT32_MIN) return false;
    out.offset = static_cast<int32_t>(one.counts.empty() ? 0 : one.offset);
    out.counts = one.counts;
    return true;
  }
  const int64_t first = std::min(a.offset, b.offset);
  const int64_t last =
      std::max(a.offset + static_cast<int64_t>(a.counts.size()), b.offset + static_cast<int64_t>(b.counts.size()));
  if (last - first > kMostBuckets || first < INT32_MIN || last > INT32_MAX) return false;
  out.offset = static_cast<int32_t>(first);
  out.counts.assign(static_cast<size_t>(last - first), 0);
  for (const Wide* w : {&a, &b})
    for (size_t i = 0; i < w->counts.size(); ++i)
      out.counts[static_cast<size_t>(w->offset - first) + i] += w->counts[i];
  return true;
}

}  // namespace

bool add_exponential(Distribution& now, const Distribution& older) {
  const int32_t scale = std::min(now.scale, older.scale);
  const double threshold = std::max(now.zero_threshold, older.zero_threshold);
  auto by = [scale](const Distribution& d) {
    return static_cast<int32_t>(std::min<int64_t>(int64_t{d.scale} - scale, 40));
  };
  Wide a = scaled(older.positive, by(older)), b = scaled(now.positive, by(now));
  uint64_t zeros = 0;
  // Only the positive side, as in the Collector.
  if (threshold > older.zero_threshold) zeros += take_zeros(a, scale, threshold);
  if (threshold > now.zero_threshold) zeros += take_zeros(b, scale, threshold);
  Side positive, negative;
  if (!merge(a, b, positive) || !merge(scaled(older.negative, by(older)), scaled(now.negative, by(now)), negative))
    return false;
  now.scale = scale;
  now.zero_threshold = threshold;
  now.positive = static_cast<Side&&>(positive);
  now.negative = static_cast<Side&&>(negative);
  now.zero_count += older.zero_count + zeros;
  now.count += older.count;
  now.has_sum = now.has_sum && older.has_sum;
  now.sum = now.has_sum ? now.sum + older.sum : 0;
  now.exemplars.clear();
  return true;
}

std::vector<NativeBucket> native_buckets(const Side& side, int32_t finer) {
  std::vector<NativeBucket> out;
  const int32_t shift = std::min(finer, 40);
  for (size_t i = 0; i < side.counts.size(); ++i) {
    const int64_t index = ((side.offset + static_cast<int64_t>(i)) >> shift) + 1;
    if (!out.empty() && out.back().index == index) out.back().count += static_cast<int64_t>(side.counts[i]);
    else out.push_back({index, static_cast<int64_t>(side.counts[i])});
  }
  return out;
}

bool is_native(const Distribution& d) {
  if (d.scale < kCoarsestScale) return false;
  uint64_t sum = d.zero_count;
  for (const Side* side : {&d.positive, &d.negative})
    for (uint64_t n : side->counts) sum += n;
  return isnan(d.has_sum ? d.sum : 0) ? sum <= d.count : sum == d.count;
}

}  // namespace whittle::prometheus_exporter
