// SPDX-License-Identifier: Apache-2.0
// What a scrape gets: Prometheus' text format 0.0.4, OpenMetrics, or protobuf, which alone has native histograms.
#pragma once

#include "stdlib/exporter/prometheus/names.h"
#include "stdlib/exporter/prometheus/series.h"

namespace whittle::prometheus_exporter {

enum class Form : uint8_t { Text, OpenMetrics001, OpenMetrics100, Protobuf };

struct Wanted {
  Form form = Form::Text;
  Escaping escaping = Escaping::Underscores;
};

// What an Accept header asks for most, of what there is.
Wanted negotiate(Text accept, bool open_metrics);

// The media type of an answer.
void append_content_type(Writer& out, const Wanted& wanted);

class Exposition {
public:
  Exposition(Writer& out, const Wanted& wanted, bool timestamps)
      : out_(out), wanted_(wanted), timestamps_(timestamps) {}

  // Begins a family; its series follow.
  void family(Text name, Text help, FamilyType type);
  void series(const Series& s);
  // A gauge without a time.
  void sample(const std::vector<Label>& labels, double value);
  void end();

private:
  bool open_metrics() const { return wanted_.form == Form::OpenMetrics001 || wanted_.form == Form::OpenMetrics100; }
  void name(Text name);
  // Labels of a series, or by themselves.
  struct Labels {
    const Series* of = nullptr;
    const Label* own = nullptr;
    uint32_t count = 0;
    Text name(uint32_t i) const { return of ? of->shape->labels[i] : own[i].name; }
    Text value(uint32_t i) const { return of ? of->label_value(i) : own[i].value; }
  };
  void line(const Labels& labels, Text suffix, Text extra, double extra_value);
  void number(double v);
  void line_end(const Series* s, const Exemplar* exemplar);
  void text_series(const Series& s);
  void text_histogram(const Series& s);
  void proto_labels(Writer& to, const Labels& labels);
  void proto_series(const Series& s);
  void proto_histogram(Writer& to, const Series& s);
  void proto_family_end();

  Writer& out_;
  Wanted wanted_;
  bool timestamps_;
  FamilyType type_ = FamilyType::Gauge;
  Writer family_;  // its name, escaped
  bool total_ = false;
  Writer message_;                   // a family of protobuf
  Writer metric_, inner_, escaped_;  // parts of it
  bool open_ = false;
};

}  // namespace whittle::prometheus_exporter
