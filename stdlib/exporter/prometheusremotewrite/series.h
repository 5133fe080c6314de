// SPDX-License-Identifier: Apache-2.0
// Metrics as the time series of Prometheus' remote write 1.0 (prompb/remote.proto and types.proto of Prometheus):
// labels and, under them, samples, exemplars and native histograms.
//
// Points of one series are put together within a payload, so that the series can be divided among requests that are
// under way at the same time and the samples of each still arrive in their order.
//
// What a series shares with its neighbours is not copied for it: a histogram's buckets have one list of labels and
// their own name and `le`.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"

#include <span>
#include <vector>

namespace whittle::remote_write {

struct Label {
  Text name, value;
};

struct Sample {
  double value;
  int64_t time_ms;
  Sample* next;
};

// An encoded message of a series: an exemplar or a native histogram.
struct Encoded {
  Bytes bytes;
  Encoded* next;
};

// Labels of a series: those of its point by name, without `__name__`, then what sets it apart.
struct SeriesLabels {
  std::span<const Label> base;
  Text metric, suffix;  // together the value of `__name__`
  Label extra;          // `le` or `quantile`; no name: none
};

struct Series {
  SeriesLabels labels;
  uint64_t hash;
  uint64_t points = 0;  // data points that are counted with this series
  Sample* samples = nullptr;
  Sample** last_sample = &samples;
  int64_t latest = INT64_MIN;  // time of the last one
  bool in_order = true;
  Encoded* exemplars = nullptr;
  Encoded** last_exemplar = &exemplars;
  Encoded* histograms = nullptr;
  Encoded** last_histogram = &histograms;
};

class SeriesSet {
public:
  // Copies nothing: what labels borrow must outlive the set.
  explicit SeriesSet(Arena& arena) : arena_(arena) {}

  // The series of these labels, made when there is none. `base_hash`: hash_of_labels(labels.base).
  Series& at(const SeriesLabels& labels, uint64_t base_hash);
  void add_sample(Series& series, double value, int64_t time_ms);
  void add_exemplar(Series& series, Bytes encoded);
  void add_histogram(Series& series, Bytes encoded);

  // In the order in which they were first met.
  const std::vector<Series*>& all() const { return list_; }

private:
  void grow();

  Arena& arena_;
  std::vector<Series*> list_, table_;
};

// Does not depend on their order.
uint64_t hash_of_labels(std::span<const Label> labels);

// Appends one field `timeseries` of a WriteRequest, its samples by time.
void append_series(Writer& out, Series& series);

// Fields of types.proto: a label (of a series, or of an exemplar).
void append_label(Writer& out, Text name, Text value);

}  // namespace whittle::remote_write
