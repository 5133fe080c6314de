// SPDX-License-Identifier: Apache-2.0
// Metrics to Embedded Metric Format: log events that are JSON documents, from which CloudWatch makes metrics.
//
// Data points with the same labels, time and kind share a document. Cumulative sums become increases, for which the
// encoder remembers each series' last value.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"
#include "stdlib/exporter/awsemf/awsemf_config.h"

#include <vector>

namespace whittle::awsemf {

// One document, as log event of a stream.
struct Event {
  int64_t timestamp_ms;
  Text log_group, log_stream;  // valid until the next begin()
  size_t begin, end;           // in the writer: a JSON string, quoted and escaped
  size_t size;                 // of the document itself, in bytes
};

// What could not become events; told in the log by whoever encodes.
struct Losses {
  uint32_t duplicates = 0;  // a second value for a metric with the same labels and time
  uint32_t not_finite = 0;  // results that JSON cannot say
  uint32_t too_large = 0;   // one metric alone makes a larger document than CloudWatch takes
  uint32_t wide = 0;        // documents with sets of more than 30 dimensions, which CloudWatch does not count
  bool any() const { return duplicates | not_finite | too_large | wide; }
};

constexpr uint32_t kMaxMetrics = 100;        // of a document
constexpr uint32_t kMaxDimensions = 30;      // of a set
constexpr size_t kMaxEventSize = 256 << 10;  // with kEventOverhead
constexpr size_t kEventOverhead = 26;
constexpr int64_t kSeriesLife = 300'000'000'000;  // how long a series' last value is kept

class Encoder {
public:
  // `config` and `default_stream` must outlive the encoder.
  Encoder(const config::Awsemf& config, Text default_stream);
  ~Encoder();
  Encoder(const Encoder&) = delete;

  // A payload: begin(), add() for each slice (regular, see wire/validate.h), finish(). Events come in the order in
  // which their first data points came.
  void begin(int64_t now_ns);
  void add(Bytes request);
  Losses finish(Writer& out, std::vector<Event>& events);

  // Forgets series whose last data point is older than kSeriesLife. To be called now and then.
  void expire(int64_t now_ns);
  size_t series() const;

private:
  struct State;
  State* state_;
};

}  // namespace whittle::awsemf
