// SPDX-License-Identifier: Apache-2.0
// Classic histograms as native ones whose buckets have bounds of their own: lines of one histogram are collected until
// another series comes (model/textparse/nhcbparse.go, util/convertnhcb).
#include "runtime/prometheus/exposition.h"

#include "runtime/base/number.h"

#include <algorithm>
#include <math.h>

namespace whittle::prometheus {

bool make_custom(const std::vector<CustomBucket>& cumulative, const double* counted, double sum, NativeHistogram& out) {
  std::vector<CustomBucket> sorted;
  for (const CustomBucket& b : cumulative) {
    if (isnan(b.bound) || b.count < 0) return false;
    size_t i = sorted.size();
    while (i > 0 && sorted[i - 1].bound >= b.bound) --i;
    if (i < sorted.size() && sorted[i].bound == b.bound) continue;
    if (i > 0 && b.count < sorted[i - 1].count) return false;
    if (i < sorted.size() && b.count > sorted[i].count) return false;
    sorted.insert(sorted.begin() + static_cast<ptrdiff_t>(i), b);
  }
  if (counted && *counted < 0) return false;
  const double count = counted ? *counted : sorted.empty() ? 0 : sorted.back().count;
  if (sorted.empty() || sorted.back().bound != INFINITY) sorted.push_back({INFINITY, count});
  if (count != sorted.back().count) return false;
  out.clear();
  out.schema = kCustomBuckets;
  out.count = count;
  out.sum = sum;
  out.positive.push_back({0, static_cast<uint32_t>(sorted.size())});
  double before = 0;
  for (const CustomBucket& b : sorted) {
    out.positive_counts.push_back(b.count - before);
    out.real |= b.count != round(b.count);
    before = b.count;
    if (b.bound != INFINITY) out.custom.push_back(b.bound);
  }
  return true;
}

namespace {

class CustomExposition final : public Exposition {
public:
  CustomExposition(std::unique_ptr<Exposition> inner, bool keep_classic, Arena& arena)
      : inner_(static_cast<std::unique_ptr<Exposition>&&>(inner)), keep_(keep_classic), arena_(arena) {}

  Entry next() override {
    for (;;) {
      emitting_ = false;
      Entry e;
      if (pending_) {
        pending_ = false;
        e = entry_;
      } else {
        e = entry_ = inner_->next();
        read_labels_ = false;
      }
      if (e == Entry::Wrong) {
        wrong = inner_->wrong, wrong_at = inner_->wrong_at;
        return e;
      }
      const bool is_series = e == Entry::Series;
      if (is_series) time_ = inner_->time_ms, timed_ = inner_->has_time;
      if (collecting_ && (!is_series || other_metric()) && convert()) {
        pending_ = true;  // is said again, behind the histogram
        return Entry::Histogram;
      }
      if (e == Entry::End) return e;
      if (e == Entry::Type) type_name_ = inner_->family, type = inner_->type;
      if (e == Entry::Histogram) collecting_ = false;
      family = inner_->family, text = inner_->text;
      series = inner_->series, value = inner_->value;
      time_ms = inner_->time_ms, has_time = inner_->has_time;
      histogram = inner_->histogram;
      if (is_series && collect() && !keep_) continue;
      return e;
    }
  }

  void labels(Labels& out, Arena& arena) override {
    if (!emitting_) return inner_->labels(out, arena);
    for (const Label& l : made_labels_) out.add(l.name, l.value);
  }

  bool exemplar(Exemplar& out, Arena& arena) override {
    if (!emitting_) return inner_->exemplar(out, arena);
    if (next_exemplar_ == made_exemplars_.size()) return false;
    out = made_exemplars_[next_exemplar_++];
    return true;
  }

private:
  static Text base_of(Text name, Text& suffix) {
    for (const Text s : {Text("_bucket"), Text("_sum"), Text("_count")})
      if (name.ends_with(s)) return suffix = s, name.substr(0, name.size() - s.size());
    return suffix = {}, name;
  }

  // The labels of the series at hand.
  void read() {
    if (read_labels_) return;
    read_labels_ = true;
    scratch_.clear();
    inner_->labels(scratch_, arena_);
    scratch_.begin();
    scratch_.finish(now_);
    name_ = value_of(now_, kName);
    base_ = base_of(name_, suffix_);
  }
  bool other_metric() {
    if (type != MetricType::Histogram) return true;
    read();
    return base_ != last_base_ || !same_labels();
  }
  // Bounds and names aside.
  bool same_labels() const {
    size_t i = 0;
    for (const Label& l : now_) {
      if (l.name == "le" || l.name == kName) continue;
      while (i < collected_.size() && (collected_[i].name == "le" || collected_[i].name == kName)) ++i;
      if (i == collected_.size() || collected_[i].name != l.name || collected_[i].value != l.value) return false;
      ++i;
    }
    while (i < collected_.size() && (collected_[i].name == "le" || collected_[i].name == kName)) ++i;
    return i == collected_.size();
  }

  // True: the series is a part of a histogram.
  bool collect() {
    if (type != MetricType::Histogram) return false;
    read();
    if (suffix_.empty() || base_ != type_name_) return false;
    double bound = 0;
    if (suffix_ == "_bucket") {
      const auto le = parse_double(value_of(now_, "le"));
      if (!le || isnan(*le)) return false;
      bound = *le;
    }
    if (!collecting_) {
      collecting_ = true;
      inner_->skip_created = true;  // Prometheus looks for start times here, and hands on none from then on
      buckets_.clear();
      exemplars_.clear();
      has_count_ = good_ = false;
      count_ = sum_ = 0;
      good_ = true;
      last_base_ = arena_.copy(base_);
      collected_.clear();
      for (const Label& l : now_) collected_.push_back({arena_.copy(l.name), arena_.copy(l.value)});
    }
    for (Exemplar e; inner_->exemplar(e, arena_);) {
      for (Label& l : e.labels) l = {arena_.copy(l.name), arena_.copy(l.value)};
      exemplars_.push_back(e);
    }
    if (suffix_ == "_bucket") buckets_.push_back({bound, inner_->value});
    else if (suffix_ == "_count") has_count_ = true, count_ = inner_->value, good_ &= !(count_ < 0);
    else sum_ = inner_->value;
    return true;
  }

  bool convert() {
    collecting_ = false;
    if (!good_ || !make_custom(buckets_, has_count_ ? &count_ : nullptr, sum_, made_)) return false;
    for (const double n : made_.positive_counts)
      if (n < 0) return false;
    emitting_ = true;
    histogram = &made_;
    made_labels_.clear();
    key_.clear();
    key_.append(last_base_);
    for (const Label& l : collected_) {
      if (l.name == "le") continue;
      made_labels_.push_back({l.name, l.name == kName ? last_base_ : l.value});
      if (l.name == kName) continue;
      key_.byte(0xFF);
      key_.append(l.name);
      key_.byte(0xFF);
      key_.append(l.value);
    }
    key_.byte(0xFE);
    series = key_.text();
    time_ms = time_,
    has_time = timed_;  // of the series that is behind the histogram, if there is one: Prometheus has no other
    made_exemplars_.swap(exemplars_);
    next_exemplar_ = 0;
    return true;
  }

  std::unique_ptr<Exposition> inner_;
  bool keep_;
  Arena& arena_;
  Entry entry_ = Entry::End;
  bool pending_ = false, collecting_ = false, emitting_ = false, read_labels_ = false;
  Text type_name_, name_, base_, suffix_, last_base_;
  Labels scratch_;
  std::vector<Label> now_, collected_, made_labels_;
  std::vector<CustomBucket> buckets_;
  std::vector<Exemplar> exemplars_, made_exemplars_;
  size_t next_exemplar_ = 0;
  bool has_count_ = false, good_ = true, timed_ = false;
  double count_ = 0, sum_ = 0;
  int64_t time_ = 0;
  NativeHistogram made_;
  Writer key_;
};

}  // namespace

std::unique_ptr<Exposition> with_custom_buckets(std::unique_ptr<Exposition> inner, bool keep_classic, Arena& arena) {
  return std::make_unique<CustomExposition>(static_cast<std::unique_ptr<Exposition>&&>(inner), keep_classic, arena);
}

}  // namespace whittle::prometheus
