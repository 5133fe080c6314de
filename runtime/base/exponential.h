// SPDX-License-Identifier: Apache-2.0
// An exponential histogram that sees one value after the other, and halves its resolution when they lie too far apart:
// with the scales and indices of the reference's (github.com/lightstep/go-expohisto, structure and mapping).
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <vector>

namespace whittle {

class ExponentialHistogram {
public:
  static constexpr int32_t kMaxScale = 20;

  struct Buckets {
    int32_t offset = 0;
    std::vector<uint64_t> counts;  // of the buckets from `offset` on; the first and the last are not 0

    void downscale(int32_t by);
  };

  // `most`: how many buckets there may be on either side, from 2 to 16384.
  explicit ExponentialHistogram(int32_t most = 160) : most_(most) {}

  // A value that was seen `times`; finite.
  void add(double value, uint64_t times);

  uint64_t count() const { return count_; }
  uint64_t zeros() const { return zeros_; }
  double sum() const { return sum_; }
  double min() const { return min_; }
  double max() const { return max_; }
  // 0 where no value is other than 0.
  int32_t scale() const { return count_ == zeros_ ? 0 : scale_; }
  const Buckets& positive() const { return positive_; }
  const Buckets& negative() const { return negative_; }
  // Memory of the buckets, in bytes.
  size_t held() const { return (positive_.counts.capacity() + negative_.counts.capacity()) * sizeof(uint64_t); }

  // Which bucket of a scale a positive value is in: the one with the lower bound (2^2^-scale)^index.
  static int32_t index_of(double value, int32_t scale);

private:
  bool try_add(Buckets& buckets, int32_t index, uint64_t times, int32_t& change);

  int32_t most_, scale_ = kMaxScale;
  uint64_t count_ = 0, zeros_ = 0;
  double sum_ = 0, min_ = 0, max_ = 0;
  Buckets positive_, negative_;
};

}  // namespace whittle
