// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/exponential.h"

#include "runtime/base/fdlibm.h"

#include <bit>

namespace whittle {

namespace {

constexpr double kSmallestNormal = 0x1p-1022;
constexpr int kSignificand = 52;
constexpr int32_t kSmallestExponent = -1022, kLargestExponent = 1023;

int32_t exponent_of(double v) {
  return static_cast<int32_t>(std::bit_cast<uint64_t>(v) >> kSignificand & 0x7ff) - kLargestExponent;
}
uint64_t significand_of(double v) {
  return std::bit_cast<uint64_t>(v) & ((1ull << kSignificand) - 1);
}

}  // namespace

int32_t ExponentialHistogram::index_of(double value, int32_t scale) {
  if (scale <= 0) {
    const int shift = -scale;
    if (value < kSmallestNormal) return (kSmallestExponent >> shift) - (shift < 2 ? 1 : 0);
    return (exponent_of(value) - (significand_of(value) == 0 ? 1 : 0)) >> shift;
  }
  const int32_t unit = 1 << scale;
  if (value <= kSmallestNormal) return kSmallestExponent * unit - 1;
  if (significand_of(value) == 0) return exponent_of(value) * unit - 1;
  const double index = floor(fdlibm_log(value) * ldexp(M_LOG2E, scale));
  const int32_t last = static_cast<int32_t>(static_cast<int64_t>(kLargestExponent + 1) * unit - 1);
  return index >= last ? last : static_cast<int32_t>(index);
}

void ExponentialHistogram::Buckets::downscale(int32_t by) {
  if (counts.empty()) return;
  const int32_t to = offset >> by;
  const size_t before = counts.size();
  for (size_t i = 0; i < before; ++i) {
    const uint64_t n = counts[i];
    counts[i] = 0;
    counts[static_cast<size_t>(((offset + static_cast<int32_t>(i)) >> by) - to)] += n;
  }
  counts.resize(static_cast<size_t>(((offset + static_cast<int32_t>(before) - 1) >> by) - to) + 1);
  offset = to;
}

bool ExponentialHistogram::try_add(Buckets& b, int32_t index, uint64_t times, int32_t& change) {
  if (b.counts.empty()) {
    b.offset = index;
    b.counts.push_back(times);
    return true;
  }
  const int64_t last = static_cast<int64_t>(b.offset) + static_cast<int64_t>(b.counts.size()) - 1;
  int64_t low = index < b.offset ? index : b.offset, high = index > last ? index : last;
  if (high - low >= most_) {
    for (change = 0; high - low >= most_; ++change) low >>= 1, high >>= 1;
    return false;
  }
  if (index < b.offset) {
    b.counts.insert(b.counts.begin(), static_cast<size_t>(b.offset - index), 0);
    b.offset = index;
  } else if (index > last) {
    b.counts.resize(static_cast<size_t>(high - low) + 1);
  }
  b.counts[static_cast<size_t>(index - b.offset)] += times;
  return true;
}

void ExponentialHistogram::add(double value, uint64_t times) {
  if (times == 0) return;
  if (count_ == 0) min_ = max_ = value;
  if (value < min_) min_ = value;
  if (value > max_) max_ = value;
  count_ += times;
  if (value == 0) {
    zeros_ += times;
    return;
  }
  sum_ += value * static_cast<double>(times);
  Buckets& b = value > 0 ? positive_ : negative_;
  const double size = value > 0 ? value : -value;
  for (int32_t change = 0; !try_add(b, index_of(size, scale_), times, change);) {
    positive_.downscale(change);
    negative_.downscale(change);
    scale_ -= change;
  }
}

}  // namespace whittle
