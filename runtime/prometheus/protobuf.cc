// SPDX-License-Identifier: Apache-2.0
// Messages of io.prometheus.client.MetricFamily (prometheus/client_model, metrics.proto), each behind its length. What
// a text would say in lines is said in the same order: help, unit, type, then count, sum and parts of each metric.
#include "runtime/prometheus/exposition.h"

#include "runtime/base/utf8.h"
#include "runtime/wire/fields.h"

#include <bit>
#include <math.h>

namespace whittle::prometheus {

namespace {

using wire::each_field;
using wire::Field;

// Numbers, packed or not.
template <class F>
bool each_number(const Field& f, F call) {
  if (f.type != wire::kLen) return call(f.scalar), true;
  const uint8_t *p = f.content.data(), *end = p + f.content.size();
  for (uint64_t v; p < end;) {
    if (!wire::read_varint(p, end, v)) return false;
    call(v);
  }
  return true;
}
template <class F>
bool each_real(const Field& f, F call) {
  if (f.type == wire::kI64) return call(f.real()), true;
  if (f.type != wire::kLen || f.content.size() % 8 != 0) return false;
  for (const uint8_t *p = f.content.data(), *end = p + f.content.size(); p < end;) call(wire::f64(p));
  return true;
}

enum Type : uint64_t { kCounter, kGauge, kSummary, kUntyped, kHistogram, kGaugeHistogram };

struct Part {
  double bound = 0, value = 0;  // of a bucket or quantile
  Bytes exemplar;
};

class ProtobufExposition final : public Exposition {
public:
  ProtobufExposition(Bytes body, const ReadOptions& options) : body_(body), rest_(body), options_(options) {}

  Entry next() override {
    exemplars_.clear();
    next_exemplar_ = 0;
    for (;;) {
      switch (state_) {
      case State::Family: {
        if (rest_.empty()) return Entry::End;
        if (!next_family()) return bad("this is no metric family");
        if (metrics_.empty()) continue;
        family = name_;
        text = help_;
        state_ = unit_.empty() ? State::Type : State::Unit;
        return Entry::Help;
      }
      case State::Unit:
        text = unit_;
        state_ = State::Type;
        return Entry::Unit;
      case State::Type:
        state_ = State::Metric;
        metric_ = 0;
        type = type_of();
        return Entry::Type;
      case State::Metric:
        if (metric_ == metrics_.size()) {
          state_ = State::Family;
          continue;
        }
        if (!read_metric(metrics_[metric_++])) return bad("this is no metric");
        state_ = State::Parts;
        continue;
      case State::Parts:
        if (position_ == steps_.size()) {
          state_ = State::Metric;
          continue;
        }
        return say(steps_[position_++]);
      }
    }
  }

  void labels(Labels& out, Arena& arena) override {
    suffixed_.clear();
    suffixed_.append(name_);
    suffixed_.append(suffix_);
    out.add(kName, arena.copy(suffixed_.text()));
    for (const Label& l : labels_) out.add(l.name, l.value);
    if (!bound_label_.empty()) out.add(bound_label_, format_bound(bound_, arena));
  }

  bool exemplar(Exemplar& out, Arena&) override {
    while (next_exemplar_ < exemplars_.size()) {
      if (!read_exemplar(exemplars_[next_exemplar_++], out)) continue;
      return true;
    }
    return false;
  }

private:
  enum class State : uint8_t { Family, Unit, Type, Metric, Parts };
  enum class Step : uint8_t { Value, Count, Sum, Part, Infinity, Native, Custom };
  struct Planned {
    Step step;
    size_t part;
  };

  Entry bad(const char* why) {
    wrong = why;
    wrong_at = body_.size() - rest_.size();
    return Entry::Wrong;
  }
  MetricType type_of() const {
    switch (kind_) {
    case kCounter: return MetricType::Counter;
    case kGauge: return MetricType::Gauge;
    case kSummary: return MetricType::Summary;
    case kHistogram: return MetricType::Histogram;
    case kGaugeHistogram: return MetricType::GaugeHistogram;
    default: return MetricType::Unknown;
    }
  }

  bool next_family() {
    const uint8_t *p = rest_.data(), *end = p + rest_.size();
    uint64_t n;
    if (!wire::read_varint(p, end, n) || n > static_cast<uint64_t>(end - p)) return false;
    const Bytes message = {p, static_cast<size_t>(n)};
    metrics_.clear();
    name_ = help_ = unit_ = {};
    kind_ = kCounter;
    const bool good = each_field(message, [&](const Field& f) {
      switch (f.number) {
      case 1: name_ = f.text(); return;
      case 2: help_ = f.text(); return;
      case 3: kind_ = f.scalar; return;
      case 4: metrics_.push_back(f.content); return;
      case 5: unit_ = f.text(); return;
      default: return;
      }
    });
    if (!good) return false;
    if (!metrics_.empty() &&
        (name_.empty() || !is_utf8(as_bytes(name_)) || !is_utf8(as_bytes(help_)) || kind_ > kGaugeHistogram))
      return false;
    rest_ = {p + n, static_cast<size_t>(end - p) - static_cast<size_t>(n)};
    return true;
  }

  bool read_metric(Bytes message) {
    labels_.clear();
    parts_.clear();
    steps_.clear();
    native_.clear();
    native_exemplars_.clear();
    position_ = 0;
    time_ms = 0;
    plain_ = count_ = sum_ = 0;
    plain_exemplar_ = {};
    bool good = true;
    const uint32_t data = kind_ == kCounter   ? 3
                          : kind_ == kGauge   ? 2
                          : kind_ == kSummary ? 4
                          : kind_ == kUntyped ? 5
                                              : 7;
    good &= each_field(message, [&](const Field& f) {
      if (f.number == 1) {
        Label l;
        good &= each_field(f.content, [&](const Field& x) {
          if (x.number == 1) l.name = x.text();
          if (x.number == 2) l.value = x.text();
        });
        labels_.push_back(l);
      } else if (f.number == 6) {
        time_ms = static_cast<int64_t>(f.scalar);
      } else if (f.number == data) {
        good &= data == 4 ? read_summary(f.content) : data == 7 ? read_histogram(f.content) : read_plain(f.content);
      }
    });
    has_time = time_ms != 0;
    return good && plan();
  }

  bool read_plain(Bytes message) {
    return each_field(message, [&](const Field& f) {
      if (f.number == 1) plain_ = f.real();
      if (f.number == 2) plain_exemplar_ = f.content;
    });
  }
  bool read_summary(Bytes message) {
    bool good = true;
    good &= each_field(message, [&](const Field& f) {
      if (f.number == 1) count_ = static_cast<double>(f.scalar);
      if (f.number == 2) sum_ = f.real();
      if (f.number != 3) return;
      Part part;
      good &= each_field(f.content, [&](const Field& x) {
        if (x.number == 1) part.bound = x.real();
        if (x.number == 2) part.value = x.real();
      });
      parts_.push_back(part);
    });
    return good;
  }

  bool read_histogram(Bytes message) {
    bool good = true;
    uint64_t count = 0, zeros = 0;
    double real_count = 0, real_zeros = 0;
    std::vector<double> deltas[2], reals[2];
    good &= each_field(message, [&](const Field& f) {
      switch (f.number) {
      case 1: count = f.scalar; return;
      case 2: sum_ = f.real(); return;
      case 3: {
        Part part;
        double real = 0;
        good &= each_field(f.content, [&](const Field& x) {
          if (x.number == 1) part.value = static_cast<double>(x.scalar);
          if (x.number == 2) part.bound = x.real();
          if (x.number == 3) part.exemplar = x.content;
          if (x.number == 4) real = x.real();
        });
        if (real != 0) part.value = real;
        parts_.push_back(part);
        return;
      }
      case 4: real_count = f.real(); return;
      case 5: native_.schema = static_cast<int32_t>(f.zigzag()); return;
      case 6: native_.zero_threshold = f.real(); return;
      case 7: zeros = f.scalar; return;
      case 8: real_zeros = f.real(); return;
      case 9:
      case 12: {
        NativeHistogram::Span span{0, 0};
        good &= each_field(f.content, [&](const Field& x) {
          if (x.number == 1) span.offset = static_cast<int32_t>(x.zigzag());
          if (x.number == 2) span.length = static_cast<uint32_t>(x.scalar);
        });
        (f.number == 9 ? native_.negative : native_.positive).push_back(span);
        return;
      }
      case 10:
      case 13: {
        std::vector<double>& counts = deltas[f.number == 13];
        good &= each_number(f, [&](uint64_t v) {
          const auto delta = static_cast<double>(wire::zigzag(v));
          counts.push_back(counts.empty() ? delta : counts.back() + delta);
        });
        return;
      }
      case 11:
      case 14: good &= each_real(f, [&](double v) { reals[f.number == 14].push_back(v); }); return;
      case 16: native_exemplars_.push_back(f.content); return;
      default: return;
      }
    });
    count_ = real_count != 0 ? real_count : static_cast<double>(count);
    is_native_ = !native_.positive.empty() || !native_.negative.empty() || native_.zero_threshold > 0 || zeros > 0;
    native_.real = real_count > 0 || real_zeros > 0;
    native_.count = native_.real ? real_count : static_cast<double>(count);
    native_.zero_count = native_.real ? real_zeros : static_cast<double>(zeros);
    native_.sum = sum_;
    native_.negative_counts.swap(native_.real ? reals[0] : deltas[0]);
    native_.positive_counts.swap(native_.real ? reals[1] : deltas[1]);
    return good;
  }

  static bool fits(const std::vector<NativeHistogram::Span>& spans, size_t counts) {
    uint64_t n = 0;
    for (const auto& s : spans) n += s.length;
    return n == counts;
  }

  bool plan() {
    auto step = [&](Step s, size_t part = 0) { steps_.push_back({s, part}); };
    if (kind_ == kCounter || kind_ == kGauge || kind_ == kUntyped) return step(Step::Value), true;
    auto classic = [&] {
      step(Step::Count);
      step(Step::Sum);
      for (size_t i = 0; i < parts_.size(); ++i) {
        step(Step::Part, i);
        if (kind_ != kSummary && parts_[i].bound == INFINITY) return;
      }
      if (kind_ != kSummary) step(Step::Infinity);
    };
    if (kind_ == kSummary) return classic(), true;
    if (options_.native && is_native_) {
      if (!fits(native_.positive, native_.positive_counts.size()) ||
          !fits(native_.negative, native_.negative_counts.size()))
        return false;
      step(Step::Native);
      if (options_.keep_classic && !parts_.empty()) classic();
      return true;
    }
    if (!options_.to_custom || options_.keep_classic) classic();
    if (options_.to_custom) step(Step::Custom);
    return true;
  }

  Entry say(const Planned& p) {
    suffix_ = bound_label_ = {};
    histogram = nullptr;
    switch (p.step) {
    case Step::Value:
      value = plain_;
      if (!plain_exemplar_.empty()) exemplars_.push_back(plain_exemplar_);
      break;
    case Step::Count:
      suffix_ = "_count";
      value = count_;
      break;
    case Step::Sum:
      suffix_ = "_sum";
      value = sum_;
      break;
    case Step::Part:
      bound_label_ = kind_ == kSummary ? Text("quantile") : Text("le");
      if (kind_ != kSummary) suffix_ = "_bucket";
      bound_ = parts_[p.part].bound;
      value = parts_[p.part].value;
      if (!parts_[p.part].exemplar.empty()) exemplars_.push_back(parts_[p.part].exemplar);
      break;
    case Step::Infinity:
      suffix_ = "_bucket";
      bound_label_ = "le";
      bound_ = INFINITY;
      value = count_;
      break;
    case Step::Native:
      histogram = &native_;
      if (native_exemplars_.empty()) {
        for (const Part& part : parts_)
          if (!part.exemplar.empty()) exemplars_.push_back(part.exemplar);
      } else {
        exemplars_ = native_exemplars_;
      }
      break;
    case Step::Custom: {
      custom_.clear();
      if (!custom()) return bad("a histogram's buckets do not make one");
      histogram = &custom_;
      for (const Part& part : parts_)
        if (!part.exemplar.empty()) exemplars_.push_back(part.exemplar);
      break;
    }
    }
    key_.clear();
    key_.append(name_);
    key_.append(suffix_);
    for (const Label& l : labels_) {
      key_.byte(0xFF);
      key_.append(l.name);
      key_.byte(0xFF);
      key_.append(l.value);
    }
    if (!bound_label_.empty()) {
      const uint64_t bits = std::bit_cast<uint64_t>(bound_);
      key_.byte(0xFF);
      key_.append(bound_label_);
      key_.append(Bytes(reinterpret_cast<const uint8_t*>(&bits), 8));
    }
    if (histogram) key_.byte(0xFE);
    series = key_.text();
    return histogram ? Entry::Histogram : Entry::Series;
  }

  bool custom() {
    std::vector<CustomBucket> buckets;
    for (const Part& part : parts_) buckets.push_back({part.bound, part.value});
    return make_custom(buckets, &count_, sum_, custom_);
  }

  static bool read_exemplar(Bytes message, Exemplar& out) {
    out.labels.clear();
    out.value = 0;
    out.time_ms = 0;
    out.has_time = false;
    bool good = true;
    good &= each_field(message, [&](const Field& f) {
      if (f.number == 1) {
        Label l;
        good &= each_field(f.content, [&](const Field& x) {
          if (x.number == 1) l.name = x.text();
          if (x.number == 2) l.value = x.text();
        });
        out.labels.push_back(l);
      }
      if (f.number == 2) out.value = f.real();
      if (f.number == 3) {
        out.has_time = true;
        good &= each_field(f.content, [&](const Field& x) {
          if (x.number == 1) out.time_ms += static_cast<int64_t>(x.scalar * 1000);
          if (x.number == 2) out.time_ms += static_cast<int32_t>(x.scalar) / 1'000'000;
        });
      }
    });
    sort_labels(out.labels);
    return good;
  }

  Bytes body_, rest_;
  ReadOptions options_;
  State state_ = State::Family;
  Text name_, help_, unit_;
  uint64_t kind_ = 0;
  std::vector<Bytes> metrics_;
  size_t metric_ = 0;

  std::vector<Label> labels_;
  std::vector<Part> parts_;
  std::vector<Planned> steps_;
  size_t position_ = 0;
  double plain_ = 0, count_ = 0, sum_ = 0, bound_ = 0;
  Bytes plain_exemplar_;
  NativeHistogram native_, custom_;
  bool is_native_ = false;
  std::vector<Bytes> native_exemplars_, exemplars_;
  size_t next_exemplar_ = 0;
  Text suffix_, bound_label_;
  Writer key_, suffixed_;
};

}  // namespace

std::unique_ptr<Exposition> read_protobuf(Bytes body, const ReadOptions& options, Arena&) {
  return std::make_unique<ProtobufExposition>(body, options);
}

}  // namespace whittle::prometheus
