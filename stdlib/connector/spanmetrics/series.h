// SPDX-License-Identifier: Apache-2.0
// What is counted: series by their key, each with the attributes of its data points, which are made once.
//
// Their number is limited by `aggregation_cardinality_limit`, and all of them by a share of memory: what comes beyond
// either is counted in one series with the attribute `otel.metric.overflow`.
#pragma once

#include "runtime/base/exponential.h"
#include "runtime/base/keyed.h"
#include "runtime/base/writer.h"

#include <memory>
#include <vector>

namespace whittle::spanmetrics {

// An exemplar.
struct Example {
  uint8_t trace_id[16], span_id[8];
  double value;
};

struct Series {
  std::vector<uint8_t> key;
  std::vector<uint8_t> attributes;  // as fields of a data point
  std::vector<Example> examples;
  uint64_t start = 0;
  int64_t seen = 0;
  uint64_t count = 0;
  double sum = 0;
  std::vector<uint64_t> buckets;                      // with bounds
  std::unique_ptr<ExponentialHistogram> exponential;  // of histograms without
  uint64_t charged = 0;                               // of the budget
  uint64_t number = 0;                                // in the order in which they came
  bool first = true;                                  // has not been handed on
};

// Memory that all series of a connector share, in bytes.
struct Budget {
  uint64_t most, used = 0;
  bool full() const { return used >= most; }
};

enum class Kind : uint32_t { Sum, Histogram, Exponential };

// What data points of a kind are made of.
struct Shape {
  Kind kind = Kind::Sum;
  bool delta = false;
  std::vector<double> bounds;  // of a histogram
  int32_t most_buckets = 160;  // of an exponential one
  uint64_t most_examples = 0;
  uint64_t limit = 0;  // of series; 0: none

  uint32_t attributes_field() const { return kind == Kind::Sum ? 7 : kind == Kind::Histogram ? 9 : 1; }
};

class Table {
public:
  Table(const Runtime& runtime, const Shape& shape, Budget& budget)
      : shape_(shape), budget_(budget), series_(runtime) {}
  ~Table() { clear(); }
  Table(const Table&) = delete;

  const Shape& shape() const { return shape_; }
  bool empty() const { return series_.size() == 0; }

  // The series with that key; `make(out)` writes the attributes of a new one, as fields of a data point. `overflow`: it
  // is the one for what is too much.
  template <class F>
  Series& get(Bytes key, uint64_t now, bool& overflow, F make) {
    overflow = false;
    Series* s = series_.find(key);
    if (!s && ((shape_.limit > 0 && series_.size() >= shape_.limit) || budget_.full())) {
      overflow = true;
      s = series_.find(as_bytes(kOverflow));
      if (!s) s = &add(as_bytes(kOverflow), now), put_overflow(*s);
    } else if (!s) {
      s = &add(key, now);
      Writer attributes;
      make(attributes);
      take_attributes(*s, attributes);
    }
    s->seen = static_cast<int64_t>(now);
    return *s;
  }

  void add_example(Series& s, Bytes trace_id, Bytes span_id, double value) const;
  // So many spans that took so long.
  void observe(Series& s, double value, uint64_t times) const;

  // Appends the data of a metric as a field of it. `start(series)` gives when its points begin.
  template <class F>
  void write(Writer& out, uint64_t now, F start) {
    const size_t data = begin_data(out);
    for (Series* s : in_order()) write_point(out, *s, start(*s), now);
    end_data(out, data);
  }

  void forget_examples();
  // Forgets what was last seen before `then`.
  void expire(int64_t then);
  void clear();

private:
  static constexpr Text kOverflow = "otel.metric.overflow";

  Series& add(Bytes key, uint64_t now);
  std::vector<Series*> in_order();
  void put_overflow(Series& s);
  void take_attributes(Series& s, const Writer& attributes);
  void charge(Series& s, uint64_t bytes) { s.charged += bytes, budget_.used += bytes; }
  size_t begin_data(Writer& out) const;
  void end_data(Writer& out, size_t at) const;
  void write_point(Writer& out, Series& s, uint64_t start, uint64_t now) const;

  const Shape& shape_;
  Budget& budget_;
  Keyed<Series> series_;
  uint64_t made_ = 0;
};

// Appends an attribute with a text, as field `number`.
void put_text_attribute(Writer& out, uint32_t number, Text key, Text value);
// The same with an AnyValue.
void put_any_attribute(Writer& out, uint32_t number, Text key, Bytes any);

}  // namespace whittle::spanmetrics
