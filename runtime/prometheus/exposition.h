// SPDX-License-Identifier: Apache-2.0
// What a target says of its metrics, entry by entry: Prometheus' text format 0.0.4, OpenMetrics 1.0 and the protobuf
// messages of both (io.prometheus.client.MetricFamily). As strict, and as lenient, as Prometheus' own parsers
// (model/textparse): one line that is none ends it.
//
// Reading takes no memory that grows with the exposition: texts are those of the body, and what has escapes in it is
// copied into an arena that the caller resets.
#pragma once

#include "runtime/prometheus/labels.h"

#include <memory>
#include <stdint.h>

namespace whittle::prometheus {

enum class MetricType : uint8_t { Unknown, Counter, Gauge, Histogram, GaugeHistogram, Summary, Info, StateSet };
// "unknown", "counter", ...
Text name_of(MetricType type);

enum class Format : uint8_t { Text, OpenMetrics, Protobuf };

// A native histogram: runs of buckets whose bounds grow by a factor of 2^(2^-schema), or, with schema -53, have the
// upper bounds `custom`.
struct NativeHistogram {
  struct Span {
    int32_t offset;  // from the end of the last span; of the first, its index
    uint32_t length;
  };
  int32_t schema = 0;
  bool real = false;  // counts are real numbers
  double count = 0, zero_count = 0, zero_threshold = 0, sum = 0;
  std::vector<Span> positive, negative;
  std::vector<double> positive_counts, negative_counts;  // of each bucket by itself
  std::vector<double> custom;

  void clear();
  // How many buckets Prometheus keeps: those that are not empty, and of custom ones with whole counts up to two empty
  // ones between them.
  uint64_t buckets() const;
  // Joins buckets until `schema` is no larger than that.
  void reduce(int32_t schema);
};
inline constexpr int32_t kCustomBuckets = -53;

struct CustomBucket {
  double bound, count;  // upper bound; of it and all below
};
// The native histogram of a classic one; false: its buckets do not make one. `counted` null: nothing said how many.
bool make_custom(const std::vector<CustomBucket>& cumulative, const double* counted, double sum, NativeHistogram& out);

struct Exemplar {
  std::vector<Label> labels;  // by name
  double value = 0;
  int64_t time_ms = 0;
  bool has_time = false;
};

inline constexpr uint64_t kStaleBits = 0x7FF0000000000002;  // Prometheus' mark of a series that is gone
inline constexpr uint64_t kNormalNaN = 0x7FF8000000000001;  // and any other NaN
double stale_marker();
bool is_stale(double v);

// A number as OpenMetrics writes bounds: "1.0", "0.5", "+Inf".
Text format_bound(double v, Arena& arena);

class Exposition {
public:
  enum class Entry : uint8_t { End, Wrong, Type, Help, Unit, Comment, Series, Histogram };

  virtual ~Exposition() = default;
  // Goes to the next entry. After Wrong there is none; `wrong` says why.
  virtual Entry next() = 0;
  // The labels of the series, with its name, for Labels::begin().
  virtual void labels(Labels& out, Arena& arena) = 0;
  // The next exemplar of the series; false: there is none (any more).
  virtual bool exemplar(Exemplar& out, Arena& arena) = 0;

  // Of Type, Help and Unit: the name of the metrics, and what is said of them.
  Text family, text;
  MetricType type = MetricType::Unknown;
  // Of Series and Histogram: bytes that no other series of the target has, and the sample.
  Text series;
  double value = 0;
  int64_t time_ms = 0;
  bool has_time = false;
  const NativeHistogram* histogram = nullptr;

  // OpenMetrics' `_created` of counters, histograms and summaries are no series any more.
  bool skip_created = false;

  const char* wrong = nullptr;
  size_t wrong_at = 0;  // offset in the body
};

struct ReadOptions {
  bool native = false;        // reads native histograms
  bool keep_classic = false;  // also where there is a native one
  bool to_custom = false;     // makes native ones with custom buckets of classic ones
};

// `body` is borrowed. `arena` serves texts of Type, Help and Unit as well, until its reset.
std::unique_ptr<Exposition> read_exposition(Format format, Bytes body, const ReadOptions& options, Arena& arena);
std::unique_ptr<Exposition> read_text(Bytes body, bool open_metrics, Arena& arena);
std::unique_ptr<Exposition> read_protobuf(Bytes body, const ReadOptions& options, Arena& arena);
// Collects the parts of classic histograms that `inner` says.
std::unique_ptr<Exposition> with_custom_buckets(std::unique_ptr<Exposition> inner, bool keep_classic, Arena& arena);

}  // namespace whittle::prometheus
