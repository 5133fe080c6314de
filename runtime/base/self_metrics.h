// SPDX-License-Identifier: Apache-2.0
// The collector's metrics about itself, with the reference's names (`otelcol_receiver_accepted_spans`), written as
// Prometheus text. A component asks for its cells once, when it is made, and counts into them directly.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"

#include <initializer_list>
#include <span>
#include <vector>

namespace whittle {

struct MetricLabel {
  Text name, value;
};

// What a metric is called and means. `unit` as OpenTelemetry writes units: "s", "By", "{span}".
struct MetricInfo {
  Text name;  // without suffixes: "otelcol_receiver_accepted_spans"
  Text help;
  Text unit;
  Text scope;  // the instrumentation scope that the reference names
};

// Counts by upper bounds, as a Prometheus histogram.
class MetricHistogram {
public:
  void record(double value);

private:
  friend class SelfMetrics;
  const double* bounds_ = nullptr;
  uint32_t bound_count_ = 0;
  uint64_t* counts_ = nullptr;  // bound_count_ + 1
  uint64_t total_ = 0;
  double sum_ = 0;
};

// How a reader wants names and labels: the settings `without_units`, `without_type_suffix`, `without_scope_info` and
// `without_target_info` of a Prometheus reader. The defaults are those of the reader that exists when none is
// configured.
struct MetricStyle {
  bool without_units = true;
  bool without_type_suffix = true;
  bool without_scope_info = true;
  bool without_target_info = false;
};

class SelfMetrics {
public:
  SelfMetrics() = default;
  SelfMetrics(const SelfMetrics&) = delete;

  // A cell that lives as long as this; the same info and labels give the same cell. Everything is copied.
  int64_t* counter(const MetricInfo& info, std::initializer_list<MetricLabel> labels);
  int64_t* gauge(const MetricInfo& info, std::initializer_list<MetricLabel> labels);
  MetricHistogram* histogram(const MetricInfo& info, std::initializer_list<MetricLabel> labels,
                             std::initializer_list<double> bounds);
  // Values that are asked for when somebody reads the metrics.
  using Read = double (*)(void* self);
  void observe_counter(const MetricInfo& info, std::initializer_list<MetricLabel> labels, Read read, void* self);
  void observe_gauge(const MetricInfo& info, std::initializer_list<MetricLabel> labels, Read read, void* self);

  // The attributes of the resource, told as `target_info`. Copied.
  void target(std::span<const MetricLabel> labels);
  // Labels of every series. Copied.
  void constant(std::span<const MetricLabel> labels);
  // otelcol_process_cpu_seconds, _memory_rss and _uptime.
  void observe_process();

  // All metrics in the text format 0.0.4, families in order of name.
  void write(Writer& out, const MetricStyle& style = {}) const;

private:
  enum class Kind : uint8_t { Counter, Gauge, Histogram };
  struct Series {
    Text labels;  // `a="b",c="d"`, names sorted
    int64_t* cell;
    MetricHistogram* histogram;
    Read read;
    void* self;
  };
  struct Family {
    MetricInfo info;
    Kind kind;
    std::vector<Series> series;
  };
  Series& series(const MetricInfo& info, Kind kind, std::initializer_list<MetricLabel> labels);
  Text render_labels(std::span<const MetricLabel> labels);

  Arena arena_;
  std::vector<Family> families_;  // by name
  Text target_, constant_;
};

}  // namespace whittle
