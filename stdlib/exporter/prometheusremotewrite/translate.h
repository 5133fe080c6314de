// SPDX-License-Identifier: Apache-2.0
// OTLP metrics to time series, as pkg/translator/prometheusremotewrite of the Collector 0.156 makes them: names with
// units, `job` and `instance` of the resource, the scope's labels, `target_info`, classic histograms in cumulative
// buckets and exponential ones as native histograms.
#pragma once

#include "stdlib/exporter/prometheusremotewrite/prometheusremotewrite_config.h"
#include "stdlib/exporter/prometheusremotewrite/series.h"

#include "runtime/base/payload.h"
#include "runtime/prometheus/names.h"
#include "runtime/wire/attributes.h"

namespace whittle::remote_write {

// Points that have no place in Prometheus, with the reason for the last of each kind.
struct Losses {
  uint64_t points = 0;
  Writer why;
};

class Translator {
public:
  // `config` is borrowed.
  explicit Translator(const config::Prometheusremotewrite& config);

  // Adds the series of a request that has been validated. The set borrows from it.
  void add(Bytes request, SeriesSet& series, Arena& arena, Losses& losses);
  // Appends the fields `metadata` of a WriteRequest, one for each metric of the request, and the end of each in `ends`.
  void append_metadata(Bytes request, Writer& out, std::vector<size_t>& ends);

private:
  struct Pending {
    Text raw;  // the attribute's name; empty for labels that have their final one
    Label label;
    uint32_t order;
  };

  void metric(const views::Metric& m, bool named);
  bool labels_of(const Attributes& attributes, bool of_target);
  void set(Text name, Text value, bool replaces = true);
  Text text_of(const views::AnyValue& v);
  Text label_name(Text name, prometheus::LabelNaming naming);
  void lose(uint64_t points, Text metric, Text why);
  Series& series_at(std::span<const Label> base, uint64_t hash, Text suffix, Label extra = {});
  void numbers(const views::Repeated<views::NumberDataPoint>& points, bool exemplars);
  void histogram(const views::HistogramDataPoint& p);
  void exponential(const views::ExponentialHistogramDataPoint& p);
  void summary(const views::SummaryDataPoint& p);
  Bytes exemplar(const views::Exemplar& e);
  void target_info(const Attributes& attributes, uint64_t time_ns);

  const config::Prometheusremotewrite& config_;
  prometheus::MetricNaming naming_;
  Arena kept_;  // of names that live as long as the exporter
  std::vector<Label> external_;

  // Of the request at hand.
  SeriesSet* series_ = nullptr;
  Arena* arena_ = nullptr;
  Losses* losses_ = nullptr;
  std::vector<Label> resource_labels_, common_;  // by the attributes' names; what every series of the resource has
  std::vector<Label> scope_labels_;
  std::vector<Pending> pending_;
  std::vector<Label> labels_;  // of the point at hand, by name
  Writer text_;
  Text name_;  // of the metric at hand, as Prometheus has it
  Text otlp_name_;
};

}  // namespace whittle::remote_write
