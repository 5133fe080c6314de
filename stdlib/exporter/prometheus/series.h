// SPDX-License-Identifier: Apache-2.0
// The series that are shown: the last point of each, with the name and the labels that it has in Prometheus.
//
// A series is known by what it came as (metric, kind, scope, attributes, job and instance); name and labels are made
// when it is met first and kept, so a point that comes and a scrape both cost no more than what changes.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"
#include "runtime/base/log.h"
#include "runtime/wire/attributes.h"
#include "stdlib/exporter/prometheus/prometheus_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <vector>

namespace whittle::prometheus_exporter {

// As io.prometheus.client.MetricType numbers them.
enum class FamilyType : uint8_t { Counter = 0, Gauge = 1, Summary = 2, Histogram = 4 };

struct Label {
  Text name, value;
};

struct Key {
  uint64_t a = 0, b = 0;
  bool operator==(const Key&) const = default;
};

struct Exemplar {
  double value;
  uint64_t time_ns;
  uint8_t trace_id[16], span_id[8];
  bool has_trace, has_span;
};

struct Side {
  int32_t offset = 0;
  std::vector<uint64_t> counts;
};

// What is more than a number.
struct Distribution {
  uint64_t count = 0;
  double sum = 0;
  bool has_sum = false;
  std::vector<double> bounds;
  std::vector<uint64_t> counts;
  struct Quantile {
    double quantile, value;
  };
  std::vector<Quantile> quantiles;
  int32_t scale = 0;
  uint64_t zero_count = 0;
  double zero_threshold = 0;
  Side positive, negative;
  std::vector<Exemplar> exemplars;

  size_t held() const;
};

// A resource that series have in common: what `target_info` says of it.
struct Resource {
  Key key;
  Resource* next = nullptr;
  uint32_t series = 0;
  Text job, instance;
  bool has_job = false, has_instance = false;
  char* text = nullptr;  // job and instance, and the labels of target_info
  std::vector<Label> labels;
  bool shown = false;  // target_info has it
  uint32_t text_size = 0;
  size_t held() const { return sizeof *this + text_size + labels.capacity() * sizeof(Label); }
};

// A name, its help and names of labels in their order, which series have in common.
struct Shape {
  Key key;
  Shape* next = nullptr;
  uint32_t series = 0;
  uint32_t text_size = 0;
  Text name, help;
  std::vector<Text> labels;
  char* text = nullptr;  // all of these

  ~Shape() { free(text); }
  size_t held() const { return sizeof *this + text_size + labels.capacity() * sizeof(Text); }
};

struct Series {
  Key key;
  Series* next = nullptr;
  views::Metric::DataCase kind{};
  bool monotonic = false;
  bool is_int = false;
  union {
    int64_t as_int = 0;
    double as_double;
  };
  uint64_t start_ns = 0, time_ns = 0;
  int64_t updated_ns = 0;  // by the clock
  uint64_t described = 0;  // of unit, description and whatever else may change, a hash
  Distribution* more = nullptr;
  Resource* resource = nullptr;
  Shape* shape = nullptr;    // null: it has no name, or a label twice
  uint32_t* ends = nullptr;  // of the values of its labels, which stand behind these

  ~Series();
  uint32_t label_count() const { return static_cast<uint32_t>(shape->labels.size()); }
  Text label_value(uint32_t i) const {
    const uint32_t begin = i == 0 ? 0 : ends[i - 1];
    return {reinterpret_cast<const char*>(ends + shape->labels.size()) + begin, ends[i] - begin};
  }
  FamilyType type() const;
  double value() const { return is_int ? static_cast<double>(as_int) : as_double; }
  size_t held() const;
};

// Of one request: points that are not shown.
struct Losses {
  uint64_t delta = 0;    // of sums that may fall and say only by how much, or that do not say what they say
  uint64_t unnamed = 0;  // no name, or a label twice
  uint64_t no_room = 0;  // series that would be too many
  uint64_t apart = 0;    // histograms that begin before the last one ended
  uint64_t all() const { return delta + unnamed + no_room + apart; }
};

// A set of T by T::key, which it does not own.
template <class T>
class KeyTable {
public:
  T* find(Key key) const {
    if (slots_.empty()) return nullptr;
    T* t = slots_[key.a & (slots_.size() - 1)];
    while (t && !(t->key == key)) t = t->next;
    return t;
  }
  void add(T* t) {
    if (size_ == slots_.size()) grow();
    put(t);
    ++size_;
  }
  // Takes out each for which `gone` holds, which may delete it.
  template <class F>
  void take_out(F gone) {
    for (T*& first : slots_)
      for (T** at = &first; *at;) {
        T* t = *at;
        T* next = t->next;
        if (gone(*t)) {
          *at = next;
          --size_;
        } else {
          at = &t->next;
        }
      }
  }
  void remove(Key key) {
    T** at = &slots_[key.a & (slots_.size() - 1)];
    while (*at && !((*at)->key == key)) at = &(*at)->next;
    if (!*at) return;
    *at = (*at)->next;
    --size_;
  }
  template <class F>
  void each(F f) const {
    for (T* first : slots_)
      for (T* t = first; t; t = t->next) f(*t);
  }
  size_t size() const { return size_; }

private:
  void put(T* t) {
    T*& first = slots_[t->key.a & (slots_.size() - 1)];
    t->next = first;
    first = t;
  }
  void grow() {
    std::vector<T*> old(slots_.empty() ? 64 : slots_.size() * 2);
    old.swap(slots_);
    for (T* first : old)
      for (T* t = first; t;) {
        T* next = t->next;
        put(t);
        t = next;
      }
  }
  std::vector<T*> slots_;
  size_t size_ = 0;
};

class Store {
public:
  static constexpr size_t kMostBytes = 32 << 20;

  // `config` must outlive the store.
  explicit Store(const config::Prometheus& config) : config_(config) {}
  ~Store();
  Store(const Store&) = delete;

  // Takes the points of a request (regular, see wire/validate.h).
  Losses add(Bytes request, int64_t now_ns);
  // Forgets series that were not updated for `metric_expiration`.
  void expire(int64_t now_ns);

  size_t size() const { return series_.size(); }
  size_t held() const { return held_; }
  template <class F>
  void each(F f) const {
    series_.each(f);
  }

private:
  struct Context;
  struct Attribute {
    Text key;
    views::AnyValue value;
  };

  Resource* resource_of(const views::Resource& resource, Bytes bytes);
  void metric(const views::Metric& m, Context& c);
  template <class Point>
  Series* series_of(const views::Metric& m, Context& c, const Point& p, bool& fresh);
  bool describe(Series& s, const views::Metric& m, Context& c);
  void join(const Attributes& own, const Context& c);
  void release(Series* s);
  void forget_labels(Series& s);
  Shape* shape_of(Text name, Text help, const std::vector<Label>& labels);
  void release(Resource* r);

  void numbers(const views::Metric& m, const views::Repeated<views::NumberDataPoint>& points, int32_t temporality,
               bool monotonic, Context& c);
  void histograms(const views::Metric& m, Context& c);
  void exponential(const views::Metric& m, Context& c);
  void summaries(const views::Metric& m, Context& c);

  const config::Prometheus& config_;
  KeyTable<Series> series_;
  KeyTable<Resource> resources_;
  KeyTable<Shape> shapes_;
  size_t held_ = 0;
  std::vector<Attribute> joined_;  // of the point at hand
};

}  // namespace whittle::prometheus_exporter
