// SPDX-License-Identifier: Apache-2.0
// Between data points and documents: groups of metrics with the same labels, time and kind.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/wire/attributes.h"
#include "stdlib/exporter/awsemf/awsemf_encode.h"
#include "stdlib/exporter/awsemf/series.h"

#include <span>
#include <vector>

namespace whittle::awsemf {

struct Label {
  Text name, value;
};
using Labels = std::span<const Label>;  // by name, each once

const Label* find_label(Labels labels, Text name);

enum class MetricType : uint8_t { Empty, Gauge, Sum, Histogram, ExponentialHistogram, Summary };

struct Value {
  enum class Kind : uint8_t { Number, Count, Statistics, Distribution } kind = Kind::Number;
  double number = 0;
  uint64_t count = 0;
  double max = 0, min = 0, sum = 0;
  std::span<const double> values;  // of a distribution
  std::span<const uint64_t> counts;

  bool finite() const;
};

// Most are numbers, and what a payload's metrics take of memory is many times this.
struct Metric {
  Text name, unit;
  double number;
  const Value* value;  // null: the number
  Metric* next = nullptr;
};

// Where the documents of a resource's metrics go.
struct Destination {
  Text space;  // namespace
  Text log_group, log_stream;
  bool prometheus = false;

  bool same(const Destination& o) const {
    return this == &o || (space == o.space && log_group == o.log_group && log_stream == o.log_stream);
  }
};

struct Group {
  const Destination* destination;
  int64_t timestamp_ms;
  Labels labels;
  MetricType type;
  uint32_t batch_index;  // of a point that becomes several
  uint32_t order;        // among the payload's groups
  uint32_t metrics = 0;
  Metric* first = nullptr;
  Metric** last = nullptr;
};

// What one data point becomes.
struct Point {
  Text name;
  Value value;
  Text quantile;  // another label, when not empty
};

// The splits of an exponential histogram, each with at most 100 buckets, from the highest value to the lowest.
void split_histogram(const views::ExponentialHistogramDataPoint& p, Text name, Arena& arena, std::vector<Point>& out);

// A rule of the config with its dimension sets in order and without repetition.
struct Rule {
  const config::MetricDeclaration* declaration;
  std::vector<std::vector<Text>> dimensions;
};

// What documents are made with.
struct DocumentSettings {
  const config::Awsemf& config;
  Text default_stream;
  std::vector<Rule> rules{};
};

}  // namespace whittle::awsemf
