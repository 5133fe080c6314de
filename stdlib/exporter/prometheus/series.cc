// SPDX-License-Identifier: Apache-2.0
// Points to series: the newest value of each, and increases added up. What a delta adds to, and what starts anew, is as
// the Collector has it (lastValueAccumulator).
#include "stdlib/exporter/prometheus/series.h"

#include "runtime/base/hash.h"
#include "stdlib/exporter/prometheus/buckets.h"
#include "stdlib/exporter/prometheus/names.h"

#include <algorithm>
#include <span>
#include <stdlib.h>
#include <string.h>

namespace whittle::prometheus_exporter {

namespace {

constexpr int32_t kDelta = 1, kCumulative = 2;
constexpr uint32_t kNoRecordedValue = 1;

bool before(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) < static_cast<int64_t>(b);
}

Key mixed(Key k, Text t) {
  return {hash_text(t, k.a), hash_text(t, k.b ^ 0x5851F42D4C957F2D)};
}

// Pairs in any order.
struct Pairs {
  Key sum{};
  void add(Text key, Text value) {
    const Key k = mixed(mixed({1, 2}, key), value);
    sum.a += k.a;
    sum.b += k.b;
  }
  Key into(Key k) const { return {hash_mix(k.a, sum.a), hash_mix(k.b, sum.b)}; }
};

Exemplar exemplar_of(const views::Exemplar& e) {
  Exemplar out{};
  out.value = e.value_case == views::Exemplar::ValueCase::AsDouble ? e.as_double
              : e.value_case == views::Exemplar::ValueCase::AsInt  ? static_cast<double>(e.as_int)
                                                                   : 0;
  out.time_ns = e.time_unix_nano;
  auto take = [](uint8_t* to, size_t n, Bytes from) {
    if (from.size() != n || std::all_of(from.begin(), from.end(), [](uint8_t b) { return b == 0; })) return false;
    memcpy(to, from.data(), n);
    return true;
  };
  out.has_trace = take(out.trace_id, sizeof out.trace_id, e.trace_id);
  out.has_span = take(out.span_id, sizeof out.span_id, e.span_id);
  return out;
}

void take_exemplars(std::vector<Exemplar>& out, const views::Repeated<views::Exemplar>& from) {
  for (views::Exemplar e : from) out.push_back(exemplar_of(e));
}

template <class Numbers, class T>
void take_numbers(std::vector<T>& out, const Numbers& from) {
  out.reserve(from.size());
  for (auto it = from.begin(); it != from.end(); ++it) out.push_back(static_cast<T>(*it));
}

bool is_service(Text key) {
  return key == "service.name" || key == "service.namespace" || key == "service.instance.id";
}

bool is_reserved_of_scope(Text key) {
  return key == "name" || key == "version" || key == "schema_url";
}

Naming naming_of(const config::Prometheus& c) {
  using Strategy = config::PrometheusTranslationStrategy;
  // `add_metric_suffixes` does not count in the AWS distribution, which has the feature gate that says so.
  return {view(c.namespace_),
          c.translation_strategy != Strategy::UnderscoreEscapingWithoutSuffixes &&
              c.translation_strategy != Strategy::NoTranslation,
          c.translation_strategy == Strategy::NoUTF8EscapingWithSuffixes ||
              c.translation_strategy == Strategy::NoTranslation};
}

// Copies texts into one block and lets them stand there.
char* gather(std::span<Text*> texts, uint32_t& size) {
  size_t n = 0;
  for (const Text* t : texts) n += t->size();
  auto* block = static_cast<char*>(malloc(n + 1));
  if (!block) abort();
  size_t at = 0;
  for (Text* t : texts) {
    if (!t->empty()) memcpy(block + at, t->data(), t->size());
    *t = Text(block + at, t->size());
    at += t->size();
  }
  size = static_cast<uint32_t>(n);
  return block;
}

}  // namespace

size_t Distribution::held() const {
  return sizeof *this + bounds.capacity() * sizeof(double) +
         (counts.capacity() + positive.counts.capacity() + negative.counts.capacity()) * sizeof(uint64_t) +
         quantiles.capacity() * sizeof(Quantile) + exemplars.capacity() * sizeof(Exemplar);
}

Series::~Series() {
  delete more;
  free(ends);
}

FamilyType Series::type() const {
  using Kind = views::Metric::DataCase;
  if (kind == Kind::Histogram || kind == Kind::ExponentialHistogram) return FamilyType::Histogram;
  if (kind == Kind::Summary) return FamilyType::Summary;
  return kind == Kind::Sum && monotonic ? FamilyType::Counter : FamilyType::Gauge;
}

size_t Series::held() const {
  size_t n = sizeof *this + (more ? more->held() : 0);
  if (shape && label_count() > 0) n += label_count() * sizeof(uint32_t) + ends[label_count() - 1];
  return n;
}

struct Store::Context {
  int64_t now_ns;
  Losses losses{};
  Resource* resource = nullptr;
  views::Resource whole{};
  views::InstrumentationScope scope{};
  Text schema_url{};
  Key key{};  // of the scope, and of job and instance
  Writer text{}, value{};
  Arena arena{};
};

Store::~Store() {
  series_.take_out([](Series& s) { return delete &s, true; });
  resources_.take_out([](Resource& r) { return free(r.text), delete &r, true; });
  shapes_.take_out([](Shape& s) { return delete &s, true; });
}

// ---- what a series is called

Resource* Store::resource_of(const views::Resource& resource, Bytes bytes) {
  const Key key = mixed({}, as_text(bytes));
  if (Resource* known = resources_.find(key)) return known;
  auto* r = new Resource{.key = key};
  resources_.add(r);
  Arena arena;
  Writer text;
  auto value_of = [&](const views::AnyValue& v) {
    text.clear();
    append_as_string(text, v);
    return arena.copy(text.text());
  };
  const auto name = find_attribute(resource.attributes, "service.name");
  const auto space = find_attribute(resource.attributes, "service.namespace");
  const auto instance = find_attribute(resource.attributes, "service.instance.id");
  if (name) {
    text.clear();
    if (space) {
      append_as_string(text, *space);
      text.byte('/');
    }
    append_as_string(text, *name);
    r->job = arena.copy(text.text());
  }
  if (instance) r->instance = value_of(*instance);
  r->has_job = name.has_value(), r->has_instance = instance.has_value();
  // Without both halves of who it is there is nothing to tie what it is to.
  r->shown = !r->job.empty() && !r->instance.empty();
  const Naming naming = naming_of(config_);
  for (views::KeyValue kv : resource.attributes) {
    if (is_service(kv.key) || !r->shown) continue;
    text.clear();
    r->shown = append_label(text, naming, kv.key);
    const Text label = arena.copy(text.text());
    if (label == "job" || label == "instance") continue;
    auto same = std::find_if(r->labels.begin(), r->labels.end(), [&](const Label& l) { return l.name == label; });
    if (same == r->labels.end()) {
      r->labels.push_back({label, value_of(kv.value.get())});
      continue;
    }
    text.clear();
    text.append(same->value);
    text.byte(';');
    append_as_string(text, kv.value.get());
    same->value = arena.copy(text.text());
  }
  if (r->shown) {
    r->labels.push_back({"job", r->job});
    r->labels.push_back({"instance", r->instance});
  } else {
    r->labels.clear();
  }
  std::sort(r->labels.begin(), r->labels.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
  std::vector<Text*> texts = {&r->job, &r->instance};
  for (Label& l : r->labels) texts.push_back(&l.name), texts.push_back(&l.value);
  r->text = gather(texts, r->text_size);
  held_ += r->held();
  return r;
}

void Store::release(Resource* r) {
  if (--r->series > 0) return;
  resources_.remove(r->key);
  held_ -= std::min(held_, r->held());
  free(r->text);
  delete r;
}

void Store::release(Series* s) {
  held_ -= std::min(held_, s->held());
  forget_labels(*s);
  release(s->resource);
  delete s;
}

// The memory of the series itself is the caller's to count.
void Store::forget_labels(Series& s) {
  free(s.ends);
  s.ends = nullptr;
  Shape* shape = s.shape;
  s.shape = nullptr;
  if (!shape || --shape->series > 0) return;
  shapes_.remove(shape->key);
  held_ -= std::min(held_, shape->held());
  delete shape;
}

Shape* Store::shape_of(Text name, Text help, const std::vector<Label>& labels) {
  Key key = mixed(mixed({}, name), help);
  for (const Label& l : labels) key = mixed(key, l.name);
  Shape* s = shapes_.find(key);
  if (!s) {
    s = new Shape{.key = key, .name = name, .help = help};
    s->labels.reserve(labels.size());
    for (const Label& l : labels) s->labels.push_back(l.name);
    std::vector<Text*> texts = {&s->name, &s->help};
    for (Text& t : s->labels) texts.push_back(&t);
    s->text = gather(texts, s->text_size);
    shapes_.add(s);
    held_ += s->held();
  }
  ++s->series;
  return s;
}

// The attributes of a point, with those of the resource where they are to be labels.
void Store::join(const Attributes& own, const Context& c) {
  joined_.clear();
  for (views::KeyValue kv : own) joined_.push_back({kv.key, kv.value.get()});
  const auto& copy = config_.resource_to_telemetry_conversion;
  if (!copy.enabled) return;
  for (views::KeyValue kv : c.whole.attributes) {
    if (copy.exclude_service_attributes && is_service(kv.key)) continue;
    auto same = std::find_if(joined_.begin(), joined_.end(), [&](const Attribute& a) { return a.key == kv.key; });
    if (same != joined_.end()) same->value = kv.value.get();
    else joined_.push_back({kv.key, kv.value.get()});
  }
}

// Makes name and labels anew. False, and the series is not shown, where it has none, or a label twice.
bool Store::describe(Series& s, const views::Metric& m, Context& c) {
  forget_labels(s);
  const Naming naming = naming_of(config_);
  Writer& text = c.text;
  text.clear();
  using prometheus::NameKind;
  const NameKind kind = s.kind == views::Metric::DataCase::Gauge ? NameKind::Gauge
                        : s.type() == FamilyType::Counter        ? NameKind::MonotonicCounter
                                                                 : NameKind::Other;
  if (!append_name(text, naming, m.name, m.unit, kind)) return false;
  c.arena.reset();
  std::vector<Label> labels;
  bool good = true;
  const Text name = c.arena.copy(text.text());
  auto add = [&](Text key, const views::AnyValue& v, Text prefix = {}) {
    text.clear();
    text.append(prefix);
    text.append(key);
    Writer made;
    good &= append_label(made, naming, text.text());
    text.clear();
    append_as_string(text, v);
    labels.push_back({c.arena.copy(made.text()), c.arena.copy(text.text())});
  };
  for (const Attribute& a : joined_) add(a.key, a.value);
  if (!config_.without_scope_info) {
    for (views::KeyValue kv : c.scope.attributes)
      if (!is_reserved_of_scope(kv.key)) add(kv.key, kv.value.get(), "otel_scope_");
    labels.push_back({"otel_scope_name", c.scope.name});
    labels.push_back({"otel_scope_version", c.scope.version});
    labels.push_back({"otel_scope_schema_url", c.schema_url});
  }
  if (c.resource->has_job) labels.push_back({"job", c.resource->job});
  if (c.resource->has_instance) labels.push_back({"instance", c.resource->instance});
  for (const Entry<Str>& l : config_.const_labels) labels.push_back({view(l.key), view(l.value)});
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
  for (size_t i = 0; i < labels.size(); ++i) {
    good &= i == 0 || labels[i].name != labels[i - 1].name;
    good &= s.type() != FamilyType::Summary || labels[i].name != "quantile";
    good &= s.type() != FamilyType::Histogram || labels[i].name != "le";
  }
  if (!good) return false;
  s.shape = shape_of(name, m.description, labels);
  size_t n = 0;
  for (const Label& l : labels) n += l.value.size();
  s.ends = static_cast<uint32_t*>(malloc(labels.size() * sizeof(uint32_t) + n + 1));
  if (!s.ends) abort();
  auto* values = reinterpret_cast<char*>(s.ends + labels.size());
  uint32_t end = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const Text value = labels[i].value;
    if (!value.empty()) memcpy(values + end, value.data(), value.size());
    s.ends[i] = end += static_cast<uint32_t>(value.size());
  }
  return true;
}

// The series of a point; null where there is none and there can be none. Its value is the caller's business.
template <class Point>
Series* Store::series_of(const views::Metric& m, Context& c, const Point& p, bool& fresh) {
  join(p.attributes, c);
  Pairs pairs;
  for (const Attribute& a : joined_) {
    c.value.clear();
    append_as_string(c.value, a.value);
    pairs.add(a.key, c.value.text());
  }
  const char kind = static_cast<char>(m.data_case);
  const Key key = pairs.into(mixed(mixed(c.key, m.name), Text(&kind, 1)));
  Series* s = series_.find(key);
  fresh = s == nullptr;
  if (p.flags & kNoRecordedValue) {
    if (!s) return nullptr;
    series_.remove(key);
    release(s);
    return nullptr;
  }
  if (!s && held_ >= kMostBytes) {
    ++c.losses.no_room;
    return nullptr;
  }
  const bool monotonic = m.data_case == views::Metric::DataCase::Sum && views::Sum(m.sum).is_monotonic;
  const uint64_t described = hash_text(m.unit, hash_text(m.description, monotonic));
  if (s && s->described == described && s->resource == c.resource) return s;
  if (!s) {
    s = new Series{.key = key, .kind = m.data_case};
    series_.add(s);
  } else {
    held_ -= std::min(held_, s->held());
    if (s->resource != c.resource) release(s->resource), s->resource = nullptr;
  }
  if (!s->resource) {
    s->resource = c.resource;
    ++c.resource->series;
  }
  s->monotonic = monotonic;
  s->described = described;
  if (!describe(*s, m, c)) ++c.losses.unnamed;
  held_ += s->held();
  return s;
}

// ---- values

void Store::numbers(const views::Metric& m, const views::Repeated<views::NumberDataPoint>& points, int32_t temporality,
                    bool monotonic, Context& c) {
  using Value = views::NumberDataPoint::ValueCase;
  for (views::NumberDataPoint p : points) {
    bool fresh;
    Series* s = series_of(m, c, p, fresh);
    if (!s || (!fresh && before(p.time_unix_nano, s->time_ns))) continue;
    int64_t as_int = p.value_case == Value::AsInt ? p.as_int : 0;
    double as_double = p.value_case == Value::AsDouble ? p.as_double : 0;
    uint64_t start = p.start_time_unix_nano;
    // A delta adds to what ends where it begins; any other starts anew.
    if (!fresh && temporality == kDelta && start == s->time_ns) {
      start = s->start_ns;
      as_int = static_cast<int64_t>(static_cast<uint64_t>(as_int) + static_cast<uint64_t>(s->is_int ? s->as_int : 0));
      as_double += s->is_int ? 0 : s->as_double;
    }
    s->is_int = p.value_case == Value::AsInt;
    if (s->is_int) s->as_int = as_int;
    else s->as_double = as_double;
    s->start_ns = start, s->time_ns = p.time_unix_nano, s->updated_ns = c.now_ns;
    // Of a counter's exemplars the last is shown.
    held_ -= std::min(held_, s->held());
    delete s->more;
    s->more = nullptr;
    if (monotonic && !p.exemplars.empty()) {
      s->more = new Distribution;
      Exemplar last{};
      for (views::Exemplar e : p.exemplars) last = exemplar_of(e);
      s->more->exemplars.push_back(last);
    }
    held_ += s->held();
  }
}

void Store::histograms(const views::Metric& m, Context& c) {
  const views::Histogram h(m.histogram);
  for (views::HistogramDataPoint p : h.data_points) {
    bool fresh;
    Series* s = series_of(m, c, p, fresh);
    if (!s) continue;
    auto* d = new Distribution;
    d->count = p.count, d->sum = p.sum;
    take_numbers(d->bounds, p.explicit_bounds);
    take_numbers(d->counts, p.bucket_counts);
    uint64_t start = p.start_time_unix_nano, time = p.time_unix_nano;
    bool keep = true, added = false;
    if (!fresh && h.aggregation_temporality == kDelta) {
      if (start != s->time_ns) {
        keep = before(s->time_ns, start);  // a restart; or what has been counted already
        c.losses.apart += !keep;
      } else {
        const bool newer = !before(time, s->time_ns);
        const Distribution& other = *s->more;
        const Distribution &old = newer ? other : *d, &now = newer ? *d : other;
        auto* sum = new Distribution;
        sum->bounds = now.bounds, sum->counts = now.counts;
        sum->count = now.count, sum->sum = now.sum;
        if (old.bounds == now.bounds) {
          sum->count += old.count, sum->sum += old.sum;
          for (size_t i = 0; i < sum->counts.size() && i < old.counts.size(); ++i) sum->counts[i] += old.counts[i];
        }
        start = s->start_ns;
        if (!newer) time = s->time_ns;
        delete d;
        d = sum;
        added = true;
      }
    } else if (!fresh) {
      keep = h.aggregation_temporality == kCumulative && !before(time, s->time_ns);
    }
    if (!keep) {
      delete d;
      continue;
    }
    if (!added) take_exemplars(d->exemplars, p.exemplars);
    held_ -= std::min(held_, s->held());
    delete s->more;
    s->more = d;
    held_ += s->held();
    s->start_ns = start, s->time_ns = time, s->updated_ns = c.now_ns;
  }
}

void Store::exponential(const views::Metric& m, Context& c) {
  const views::ExponentialHistogram h(m.exponential_histogram);
  for (views::ExponentialHistogramDataPoint p : h.data_points) {
    bool fresh;
    Series* s = series_of(m, c, p, fresh);
    if (!s) continue;
    auto* d = new Distribution;
    d->count = p.count, d->sum = p.sum, d->has_sum = p.has_sum;
    d->scale = p.scale, d->zero_count = p.zero_count, d->zero_threshold = p.zero_threshold;
    const auto positive = p.positive.get(), negative = p.negative.get();
    d->positive.offset = positive.offset, d->negative.offset = negative.offset;
    take_numbers(d->positive.counts, positive.bucket_counts);
    take_numbers(d->negative.counts, negative.bucket_counts);
    uint64_t start = p.start_time_unix_nano, time = p.time_unix_nano;
    bool keep = true, added = false;
    if (!fresh && h.aggregation_temporality == kDelta) {
      if (start != s->time_ns) {
        keep = before(s->time_ns, start);
        c.losses.apart += !keep;
      } else if (add_exponential(*d, *s->more)) {
        added = true;
        if (before(time, s->time_ns)) time = s->time_ns;
        else start = s->start_ns;
      }
    } else if (!fresh) {
      keep = h.aggregation_temporality == kCumulative && !before(time, s->time_ns);
    }
    if (!keep) {
      delete d;
      continue;
    }
    if (!added) take_exemplars(d->exemplars, p.exemplars);
    held_ -= std::min(held_, s->held());
    delete s->more;
    s->more = d;
    held_ += s->held();
    s->start_ns = start, s->time_ns = time, s->updated_ns = c.now_ns;
  }
}

void Store::summaries(const views::Metric& m, Context& c) {
  for (views::SummaryDataPoint p : views::Summary(m.summary).data_points) {
    bool fresh;
    Series* s = series_of(m, c, p, fresh);
    if (!s || (!fresh && before(p.time_unix_nano, s->time_ns))) continue;
    auto* d = new Distribution;
    d->count = p.count, d->sum = p.sum;
    for (views::SummaryDataPointValueAtQuantile q : p.quantile_values) {
      auto same = std::find_if(d->quantiles.begin(), d->quantiles.end(),
                               [&](const Distribution::Quantile& known) { return known.quantile == q.quantile; });
      if (same != d->quantiles.end()) same->value = q.value;
      else d->quantiles.push_back({q.quantile, q.value});
    }
    std::sort(d->quantiles.begin(), d->quantiles.end(),
              [](const Distribution::Quantile& a, const Distribution::Quantile& b) { return a.quantile < b.quantile; });
    held_ -= std::min(held_, s->held());
    delete s->more;
    s->more = d;
    held_ += s->held();
    s->start_ns = p.start_time_unix_nano, s->time_ns = p.time_unix_nano, s->updated_ns = c.now_ns;
  }
}

void Store::metric(const views::Metric& m, Context& c) {
  using Kind = views::Metric::DataCase;
  switch (m.data_case) {
  case Kind::Gauge: return numbers(m, views::Gauge(m.gauge).data_points, kCumulative, false, c);
  case Kind::Sum: {
    const views::Sum sum(m.sum);
    const bool shown =
        sum.aggregation_temporality == kCumulative || (sum.aggregation_temporality == kDelta && sum.is_monotonic);
    if (shown) return numbers(m, sum.data_points, sum.aggregation_temporality, sum.is_monotonic, c);
    c.losses.delta += sum.data_points.size();
    return;
  }
  case Kind::Histogram: return histograms(m, c);
  case Kind::ExponentialHistogram: return exponential(m, c);
  case Kind::Summary: return summaries(m, c);
  case Kind::None: return;
  }
}

Losses Store::add(Bytes request, int64_t now_ns) {
  Context c{.now_ns = now_ns};
  for (views::ResourceMetrics rm : views::ExportMetricsServiceRequest(request).resource_metrics) {
    c.whole = rm.resource.get();
    c.resource = resource_of(c.whole, rm.resource.bytes);
    ++c.resource->series;  // for as long as it is at hand
    Key who{7, 11};
    if (c.resource->has_job) who = mixed(who, c.resource->job);
    who = mixed(who, "\xff");
    if (c.resource->has_instance) who = mixed(who, c.resource->instance);
    for (views::ScopeMetrics sm : rm.scope_metrics) {
      c.scope = sm.scope.get();
      c.schema_url = sm.schema_url;
      Pairs attributes;
      for (views::KeyValue kv : c.scope.attributes) {
        c.value.clear();
        append_as_string(c.value, kv.value.get());
        attributes.add(kv.key, c.value.text());
      }
      c.key = attributes.into(mixed(mixed(mixed(who, c.scope.name), c.scope.version), c.schema_url));
      for (views::Metric m : sm.metrics) metric(m, c);
    }
    release(c.resource);
  }
  return c.losses;
}

void Store::expire(int64_t now_ns) {
  const int64_t oldest = now_ns - config_.metric_expiration;
  series_.take_out([&](Series& s) {
    if (s.updated_ns >= oldest) return false;
    release(&s);
    return true;
  });
}

}  // namespace whittle::prometheus_exporter
