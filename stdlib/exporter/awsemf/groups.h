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

struct Metric {
  Text name, unit;
  Value value;
  Metric* next = nullptr;
};

struct Group {
  uint64_t hash;
  Text space;  // namespace
  Text log_group, log_stream;
  int64_t timestamp_ms;
  MetricType type;
  uint32_t batch_index;  // of a point that becomes several
  bool prometheus;
  Labels labels;
  Metric* first = nullptr;
  Metric** last = nullptr;
  uint32_t metrics = 0;
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
struct DocumentContext {
  const config::Awsemf& config;
  std::span<const Rule> rules;
  Losses& losses;
  Arena& arena;
  Text default_stream;
};
void write_documents(const Group& group, const DocumentContext& context, Writer& out, std::vector<Event>& events);

}  // namespace whittle::awsemf
