// SPDX-License-Identifier: Apache-2.0
// Exponential histograms as values and counts: the middle of each bucket that is not empty, highest first. CloudWatch
// takes 100 values a metric, so a wide histogram becomes several points; each but the ends takes its least and greatest
// value from its buckets' bounds, and only the first has the sum.
#include "stdlib/exporter/awsemf/groups.h"

#include <math.h>

namespace whittle::awsemf {

static constexpr uint32_t kMaxValues = 100;

bool Value::finite() const {
  auto is_finite = [](double v) { return v - v == 0; };
  if (!is_finite(number) || !is_finite(max) || !is_finite(min) || !is_finite(sum)) return false;
  for (double v : values)
    if (!is_finite(v)) return false;
  return true;
}

// 2^(2^-scale). The roots are written out: correctly rounded, whatever the C library does.
static double base_of(int32_t scale) {
  static constexpr double kRoots[] = {
      0x1.6a09e667f3bcdp+00, 0x1.306fe0a31b715p+00, 0x1.172b83c7d517bp+00, 0x1.0b5586cf9890fp+00, 0x1.059b0d3158574p+00,
      0x1.02c9a3e778061p+00, 0x1.0163da9fb3335p+00, 0x1.00b1afa5abcbfp+00, 0x1.0058c86da1c0ap+00, 0x1.002c605e2e8cfp+00,
      0x1.00162f3904052p+00, 0x1.000b175effdc7p+00, 0x1.00058ba01fba0p+00, 0x1.0002c5cc37da9p+00, 0x1.000162e525eep+00,
      0x1.0000b17255776p+00, 0x1.000058b91b5bdp+00, 0x1.00002c5c89d5fp+00, 0x1.0000162e43f50p+00, 0x1.00000b1721bdp+00};
  if (scale <= -10) return __builtin_inf();
  if (scale <= 0) return ldexp(1, 1 << -scale);
  if (scale <= 20) return kRoots[scale - 1];
  return exp2(ldexp(1, -scale));
}

// base^n by squaring, with the exponent kept apart so that nothing overflows on the way: this order of multiplications
// is Go's, whose results the documents repeat to the last bit.
static double power(double base, int64_t n) {
  if (n == 0 || base == 1) return 1;
  if (n == 1) return base;
  if (base - base != 0) return n < 0 ? 0 : base;
  int exponent = 0, result_exponent = 0;
  double result = 1;
  double x = frexp(base, &exponent);
  for (uint64_t i = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n); i != 0; i >>= 1) {
    if (exponent < -(1 << 12) || exponent > 1 << 12) {
      result_exponent += exponent;
      break;
    }
    if (i & 1) {
      result *= x;
      result_exponent += exponent;
    }
    x *= x;
    exponent *= 2;
    if (x < 0.5) {
      x += x;
      --exponent;
    }
  }
  if (n < 0) {
    result = 1 / result;
    result_exponent = -result_exponent;
  }
  return ldexp(result, result_exponent);
}

namespace {

struct Split {
  Value value;
  double* values;
  uint64_t* counts;
  uint32_t length = 0, capacity = 0;

  bool full() const { return length >= capacity; }
  void append(double middle, uint64_t count, double low, double high) {
    values[length] = middle;
    counts[length] = count;
    value.count += count;
    if (++length == 1) value.max = high;
    if (full()) value.min = low;
  }
};

}  // namespace

void split_histogram(const views::ExponentialHistogramDataPoint& p, Text name, Arena& arena, std::vector<Point>& out) {
  views::ExponentialHistogramDataPointBuckets up = p.positive.get(), down = p.negative.get();
  size_t first_point = out.size();
  uint64_t total = uint64_t{up.bucket_counts.size()} + down.bucket_counts.size() + (p.zero_count > 0);
  double base = base_of(p.scale);

  // Read from the top, so the positive ones backwards.
  uint32_t positive_left = up.bucket_counts.size();
  uint64_t* positive = arena.array<uint64_t>(positive_left + 1);
  size_t n = 0;
  for (uint64_t count : up.bucket_counts) positive[n++] = count;
  auto negative = down.bucket_counts.begin();
  uint32_t negative_at = 0;
  bool zero_left = p.zero_count > 0;

  for (uint64_t done = 0; done < total;) {
    Split split;
    split.capacity = static_cast<uint32_t>(total - done < kMaxValues ? total - done : kMaxValues);
    split.values = arena.array<double>(split.capacity);
    split.counts = arena.array<uint64_t>(split.capacity);
    split.value.kind = Value::Kind::Distribution;
    split.value.max = p.max, split.value.min = p.min;
    split.value.sum = done == 0 ? p.sum : 0;

    double low = 0, high = 0;
    while (!split.full() && positive_left > 0) {
      int64_t index = int64_t{positive_left} - 1 + up.offset;
      high = high == 0 ? power(base, index + 1) : low;
      low = power(base, index);
      if (uint64_t count = positive[positive_left - 1]) split.append((low + high) / 2, count, low, high);
      --positive_left, ++done;
    }
    if (zero_left && !split.full()) {
      split.append(0, p.zero_count, 0, 0);
      zero_left = false, ++done;
    }
    low = high = 0;
    while (!split.full() && negative_at < down.bucket_counts.size()) {
      int64_t index = int64_t{negative_at} + down.offset;
      high = high == 0 ? -power(base, index) : low;
      low = -power(base, index + 1);
      if (uint64_t count = *negative) split.append((low + high) / 2, count, low, high);
      ++negative;
      ++negative_at, ++done;
    }
    if (split.length == 0) continue;
    split.value.values = {split.values, split.length};
    split.value.counts = {split.counts, split.length};
    out.push_back({name, split.value, {}});
  }

  if (out.size() == first_point) {
    Value v;
    v.kind = Value::Kind::Distribution;
    v.count = p.count, v.sum = p.sum, v.max = p.max, v.min = p.min;
    out.push_back({name, v, {}});
    return;
  }
  out[first_point].value.max = p.max;
  out.back().value.min = p.min;
}

}  // namespace whittle::awsemf
