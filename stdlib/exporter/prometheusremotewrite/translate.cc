// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/prometheusremotewrite/translate.h"

#include "runtime/base/json.h"
#include "runtime/wire/value_text.h"

#include <algorithm>
#include <bit>

namespace whittle::remote_write {
namespace {

using prometheus::LabelNaming;
using prometheus::NameKind;

constexpr uint64_t kStale = 0x7ff0000000000002;  // Prometheus' staleness marker, a NaN
constexpr double kZeroThreshold = 1e-128;        // of histograms that name none
constexpr int32_t kMinSchema = -4, kMaxSchema = 8;
constexpr size_t kMaxExemplarRunes = 128;  // OpenMetrics, "Exemplars"

int64_t milliseconds(uint64_t ns) {
  return static_cast<int64_t>(ns) / 1'000'000;
}
bool has_no_value(uint32_t flags) {
  return flags & 1;
}
double or_stale(double value, uint32_t flags) {
  return has_no_value(flags) ? std::bit_cast<double>(kStale) : value;
}
bool is_service_attribute(Text name) {
  return name == "service.name" || name == "service.instance.id" || name == "service.namespace";
}
bool by_name(const Label& a, const Label& b) {
  return a.name < b.name;
}

template <class Point>
uint64_t latest_of(const views::Repeated<Point>& points, uint64_t latest) {
  for (const Point& p : points) latest = std::max(latest, p.time_unix_nano);
  return latest;
}

NameKind kind_of(const views::Metric& m) {
  if (m.data_case == views::Metric::DataCase::Gauge) return NameKind::Gauge;
  return m.data_case == views::Metric::DataCase::Sum && views::Sum(m.sum).is_monotonic ? NameKind::MonotonicCounter
                                                                                       : NameKind::Other;
}

// Buckets of OTLP, dense from an offset on, as Prometheus' sparse ones: spans of neighbouring buckets and, of each
// bucket, what it differs by from the one before. Buckets are merged by 2^`scale_down`. Index 0 of OTLP is index 1 of
// Prometheus.
struct SparseBuckets {
  struct Span {
    int32_t offset;
    uint32_t length;
  };
  std::vector<Span> spans;
  std::vector<int64_t> deltas;
  uint64_t before = 0;

  SparseBuckets(const views::ExponentialHistogramDataPointBuckets& buckets, uint32_t scale_down) {
    if (buckets.bucket_counts.empty()) return;
    // Offsets are a peer's: sums wrap around instead of overflowing.
    const auto index_of = [&](uint32_t i) {
      return (static_cast<int32_t>(i + static_cast<uint32_t>(buckets.offset)) >> scale_down) + int64_t{1};
    };
    int64_t index = index_of(0);
    spans.push_back({static_cast<int32_t>(index), 0});
    uint64_t count = 0;
    uint32_t i = 0;
    for (const uint64_t c : buckets.bucket_counts) {
      const int64_t next = index_of(i++);
      if (next == index) {
        count += c;
      } else if (count == 0) {
        count = c;
      } else {
        put(next - index - 1, count);
        count = c;
        index = next;
      }
    }
    put(index_of(i - 1) - index, count);
  }

  // A bucket behind a gap. Up to two empty buckets are cheaper than a span.
  void put(int64_t gap, uint64_t count) {
    if (gap > 2) spans.push_back({static_cast<int32_t>(gap), 0});
    else
      for (; gap > 0; --gap) append(0);
    append(count);
  }
  void append(uint64_t count) {
    ++spans.back().length;
    deltas.push_back(static_cast<int64_t>(count - before));
    before = count;
  }

  void write(Writer& out, uint32_t spans_field, uint32_t deltas_field) const {
    for (const Span& s : spans) {
      const size_t begin = wire::begin_len(out, spans_field);
      if (s.offset != 0) {
        wire::put_tag(out, 1, wire::kVarint);
        wire::put_varint(out, zigzag(s.offset));
      }
      if (s.length != 0) {
        wire::put_tag(out, 2, wire::kVarint);
        wire::put_varint(out, s.length);
      }
      wire::end_len(out, begin);
    }
    if (deltas.empty()) return;
    const size_t begin = wire::begin_len(out, deltas_field);
    for (const int64_t d : deltas) wire::put_varint(out, zigzag(d));
    wire::end_len(out, begin);
  }
  static uint64_t zigzag(int64_t v) { return static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63); }
};

void put_double(Writer& out, uint32_t field, double v) {
  if (std::bit_cast<uint64_t>(v) == 0) return;
  wire::put_tag(out, field, wire::kI64);
  wire::put_i64(out, std::bit_cast<uint64_t>(v));
}
void put_int(Writer& out, uint32_t field, int64_t v) {
  if (v == 0) return;
  wire::put_tag(out, field, wire::kVarint);
  wire::put_varint(out, static_cast<uint64_t>(v));
}

size_t code_points(Text t) {
  return static_cast<size_t>(std::count_if(t.begin(), t.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_zero(Bytes id) {
  return std::all_of(id.begin(), id.end(), [](uint8_t b) { return b == 0; });
}

}  // namespace

Translator::Translator(const config::Prometheusremotewrite& config) : config_(config) {
  naming_.name_space = view(config.namespace_);
  using Strategy = config::PrometheusremotewriteTranslationStrategy;
  naming_.suffixes = config.translation_strategy == Strategy::Empty
                         ? config.add_metric_suffixes
                         : config.translation_strategy == Strategy::UnderscoreEscapingWithSuffixes;
  for (const Entry<Str>& e : config.external_labels) {
    text_.clear();
    if (prometheus::append_label_name(text_, view(e.key), LabelNaming::Collapsed))
      external_.push_back({kept_.copy(text_.text()), view(e.value)});
  }
}

void Translator::lose(uint64_t points, Text metric, Text why) {
  if (points == 0) return;
  losses_->points += points;
  losses_->why.clear();
  losses_->why.append(Text("metric \""));
  losses_->why.append(metric);
  losses_->why.append(Text("\": "));
  losses_->why.append(why);
}

Text Translator::text_of(const views::AnyValue& v) {
  if (v.value_case == ValueCase::StringValue) return v.string_value;
  text_.clear();
  append_as_string(text_, v);
  return arena_->copy(text_.text());
}

// Empty where there is none.
Text Translator::label_name(Text name, LabelNaming naming) {
  text_.clear();
  if (!prometheus::append_label_name(text_, name, naming)) return {};
  return text_.text() == name ? name : arena_->copy(text_.text());
}

void Translator::set(Text name, Text value, bool replaces) {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), Label{name, {}}, by_name);
  if (at == labels_.end() || at->name != name) labels_.insert(at, {name, value});
  else if (replaces) at->value = value;
}

// The labels of a point with these attributes, or of a resource's target_info, in `labels_`. False where an attribute
// cannot be a label.
bool Translator::labels_of(const Attributes& attributes, bool of_target) {
  pending_.clear();
  const bool copies = !of_target && !resource_labels_.empty();
  const auto add = [&](Text raw, Text value) {
    if (!value.empty()) pending_.push_back({raw, {{}, value}, 0});
  };
  for (const views::KeyValue kv : attributes) {
    if (of_target && is_service_attribute(kv.key)) continue;
    if (copies && std::binary_search(resource_labels_.begin(), resource_labels_.end(), Label{kv.key, {}}, by_name))
      continue;
    add(kv.key, text_of(kv.value.get()));
  }
  if (copies)
    for (const Label& l : resource_labels_) add(l.name, l.value);

  // In the order of the attributes' names, values of labels that have become equal are joined.
  for (uint32_t i = 0; i < pending_.size(); ++i) {
    Pending& p = pending_[i];
    p.label.name = label_name(p.raw, of_target ? LabelNaming::Preserved : LabelNaming::Collapsed);
    if (p.label.name.empty()) return false;
    p.order = i;
  }
  std::sort(pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
    if (a.label.name != b.label.name) return a.label.name < b.label.name;
    return a.raw != b.raw ? a.raw < b.raw : a.order < b.order;
  });
  labels_.clear();
  for (const Pending& p : pending_) {
    if (labels_.empty() || labels_.back().name != p.label.name) {
      labels_.push_back(p.label);
    } else if (labels_.back().value != p.label.value) {
      text_.clear();
      text_.append(labels_.back().value);
      text_.byte(';');
      text_.append(p.label.value);
      labels_.back().value = arena_->copy(text_.text());
    }
  }
  for (const Label& l : common_) set(l.name, l.value);
  for (const Label& l : external_) set(l.name, l.value, false);
  if (!of_target)
    for (const Label& l : scope_labels_) set(l.name, l.value);
  // The metric's name is no label here; an attribute of that name gives way.
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), Label{"__name__", {}}, by_name);
  if (at != labels_.end() && at->name == "__name__") labels_.erase(at);
  return true;
}

Series& Translator::series_at(std::span<const Label> base, uint64_t hash, Text suffix, Label extra) {
  return series_->at({base, name_, suffix, extra}, hash);
}

// `labels_`, kept.
static std::span<const Label> kept(Arena& arena, const std::vector<Label>& labels) {
  auto* copy = arena.array<Label>(labels.size());
  std::copy(labels.begin(), labels.end(), copy);
  return {copy, labels.size()};
}

constexpr Text kNoLabel = "an attribute's name is empty or would be nothing but underscores as a label";

void Translator::numbers(const views::Repeated<views::NumberDataPoint>& points, bool exemplars) {
  using Case = views::NumberDataPoint::ValueCase;
  for (const views::NumberDataPoint p : points) {
    if (!labels_of(p.attributes, false)) {
      lose(1, otlp_name_, kNoLabel);
      continue;
    }
    const double value = p.value_case == Case::AsInt      ? static_cast<double>(p.as_int)
                         : p.value_case == Case::AsDouble ? p.as_double
                                                          : 0;
    Series& s = series_at(kept(*arena_, labels_), hash_of_labels(labels_), {});
    ++s.points;
    series_->add_sample(s, or_stale(value, p.flags), milliseconds(p.time_unix_nano));
    if (exemplars)
      for (const views::Exemplar e : p.exemplars) series_->add_exemplar(s, exemplar(e));
  }
}

// An Exemplar of types.proto: labels, the value, the time.
Bytes Translator::exemplar(const views::Exemplar& e) {
  using Case = views::Exemplar::ValueCase;
  Writer out, text;
  size_t runes = 0;
  const auto id = [&](Text name, Bytes bytes) {
    if (is_zero(bytes)) return;
    text.clear();
    append_hex(text, bytes);
    runes += name.size() + text.size();
    append_label(out, name, text.text());
  };
  id("trace_id", e.trace_id);
  id("span_id", e.span_id);
  const size_t ids = out.size();
  for (const views::KeyValue kv : e.filtered_attributes) {
    text.clear();
    append_as_string(text, kv.value.get());
    runes += code_points(kv.key) + code_points(text.text());
    append_label(out, kv.key, text.text());
  }
  if (runes > kMaxExemplarRunes) out.truncate(ids);
  if (e.value_case != Case::None) {
    put_double(out, 2, e.value_case == Case::AsInt ? static_cast<double>(e.as_int) : e.as_double);
    put_int(out, 3, milliseconds(e.time_unix_nano));
  }
  return as_bytes(arena_->copy(out.text()));
}

void Translator::histogram(const views::HistogramDataPoint& p) {
  const std::span<const Label> base = kept(*arena_, labels_);
  const uint64_t hash = hash_of_labels(base);
  const int64_t time = milliseconds(p.time_unix_nano);
  const auto sample = [&](Series& s, double value) { series_->add_sample(s, or_stale(value, p.flags), time); };
  if (p.has_sum) sample(series_at(base, hash, "_sum"), p.sum);
  Series& count = series_at(base, hash, "_count");
  ++count.points;
  sample(count, static_cast<double>(p.count));

  // A label of the point that is called `le` gives way to the bucket's.
  std::span<const Label> under = base;
  uint64_t under_hash = hash;
  if (std::binary_search(base.begin(), base.end(), Label{"le", {}}, by_name)) {
    std::erase_if(labels_, [](const Label& l) { return l.name == "le"; });
    under = kept(*arena_, labels_);
    under_hash = hash_of_labels(under);
  }
  struct Bucket {
    double bound;
    Series* series;
  };
  std::vector<Bucket> buckets;
  const bool exemplars = !p.exemplars.empty();
  uint64_t cumulative = 0;
  auto counts = p.bucket_counts.begin();
  uint32_t left = p.bucket_counts.size();
  for (const double bound : p.explicit_bounds) {
    if (left-- == 0) break;
    cumulative += *counts;
    ++counts;
    text_.clear();
    append_plain_double(text_, bound);
    Series& s = series_at(under, under_hash, "_bucket", {"le", arena_->copy(text_.text())});
    sample(s, static_cast<double>(cumulative));
    if (exemplars) buckets.push_back({bound, &s});
  }
  Series& last = series_at(under, under_hash, "_bucket", {"le", "+Inf"});
  sample(last, static_cast<double>(p.count));
  if (!exemplars) return;
  buckets.push_back({__builtin_inf(), &last});
  // Each goes to the lowest bucket that has room for its value. A bound that is no number has its place at the end.
  const auto lower = [](const Bucket& a, const Bucket& b) {
    return a.bound == a.bound && (b.bound != b.bound || a.bound < b.bound);
  };
  std::sort(buckets.begin(), buckets.end(), lower);
  for (const views::Exemplar e : p.exemplars) {
    using Case = views::Exemplar::ValueCase;
    const double value = e.value_case == Case::AsInt      ? static_cast<double>(e.as_int)
                         : e.value_case == Case::AsDouble ? e.as_double
                                                          : 0;
    if (value != value) continue;
    const auto at = std::lower_bound(buckets.begin(), buckets.end(), Bucket{value, nullptr}, lower);
    if (at != buckets.end()) series_->add_exemplar(*at->series, exemplar(e));
  }
}

// A Histogram of types.proto.
void Translator::exponential(const views::ExponentialHistogramDataPoint& p) {
  if (p.scale < kMinSchema) return lose(1, otlp_name_, "an exponential histogram's scale is below -4");
  const int32_t schema = std::min(p.scale, kMaxSchema);
  const auto scale_down = static_cast<uint32_t>(std::min(p.scale - schema, 31));
  Writer out;
  wire::put_tag(out, 1, wire::kVarint);
  wire::put_varint(out, has_no_value(p.flags) ? kStale : p.count);
  put_double(out, 3, or_stale(p.has_sum ? p.sum : 0, p.flags));
  if (schema != 0) {
    wire::put_tag(out, 4, wire::kVarint);
    wire::put_varint(out, SparseBuckets::zigzag(schema));
  }
  put_double(out, 5, p.zero_threshold != 0 ? p.zero_threshold : kZeroThreshold);
  wire::put_tag(out, 6, wire::kVarint);
  wire::put_varint(out, p.zero_count);
  SparseBuckets(p.negative.get(), scale_down).write(out, 8, 9);
  SparseBuckets(p.positive.get(), scale_down).write(out, 11, 12);
  put_int(out, 15, milliseconds(p.time_unix_nano));

  Series& s = series_at(kept(*arena_, labels_), hash_of_labels(labels_), {});
  ++s.points;
  series_->add_histogram(s, as_bytes(arena_->copy(out.text())));
  for (const views::Exemplar e : p.exemplars) series_->add_exemplar(s, exemplar(e));
}

void Translator::summary(const views::SummaryDataPoint& p) {
  const std::span<const Label> base = kept(*arena_, labels_);
  const uint64_t hash = hash_of_labels(base);
  const int64_t time = milliseconds(p.time_unix_nano);
  const auto sample = [&](Series& s, double value) { series_->add_sample(s, or_stale(value, p.flags), time); };
  sample(series_at(base, hash, "_sum"), p.sum);
  Series& count = series_at(base, hash, "_count");
  ++count.points;
  sample(count, static_cast<double>(p.count));
  std::span<const Label> under = base;
  uint64_t under_hash = hash;
  if (std::binary_search(base.begin(), base.end(), Label{"quantile", {}}, by_name)) {
    std::erase_if(labels_, [](const Label& l) { return l.name == "quantile"; });
    under = kept(*arena_, labels_);
    under_hash = hash_of_labels(under);
  }
  for (const views::SummaryDataPointValueAtQuantile q : p.quantile_values) {
    text_.clear();
    append_plain_double(text_, q.quantile);
    sample(series_at(under, under_hash, {}, {"quantile", arena_->copy(text_.text())}), q.value);
  }
}

// The time of the latest point of a metric, or `latest`.
static uint64_t latest_point(const views::Metric& m, uint64_t latest) {
  using Case = views::Metric::DataCase;
  switch (m.data_case) {
  case Case::Gauge: return latest_of(views::Gauge(m.gauge).data_points, latest);
  case Case::Sum: return latest_of(views::Sum(m.sum).data_points, latest);
  case Case::Histogram: return latest_of(views::Histogram(m.histogram).data_points, latest);
  case Case::ExponentialHistogram:
    return latest_of(views::ExponentialHistogram(m.exponential_histogram).data_points, latest);
  case Case::Summary: return latest_of(views::Summary(m.summary).data_points, latest);
  case Case::None: return latest;
  }
  return latest;
}

void Translator::add(Bytes request, SeriesSet& series, Arena& arena, Losses& losses) {
  series_ = &series, arena_ = &arena, losses_ = &losses;
  Writer name;
  for (const views::ResourceMetrics rm : views::ExportMetricsServiceRequest(request).resource_metrics) {
    const Attributes attributes = rm.resource.get().attributes;
    common_.clear();
    if (const auto service = find_attribute(attributes, "service.name")) {
      if (const Text value = text_of(*service); !value.empty()) {
        Text job = value;
        if (const auto space = find_attribute(attributes, "service.namespace")) {
          Writer joined;
          append_as_string(joined, *space);
          joined.byte('/');
          joined.append(value);
          job = arena.copy(joined.text());
        }
        common_.push_back({"job", job});
      }
    }
    if (const auto instance = find_attribute(attributes, "service.instance.id"))
      if (const Text value = text_of(*instance); !value.empty()) common_.push_back({"instance", value});
    resource_labels_.clear();
    const config::ResourceToTelemetry& copy = config_.resource_to_telemetry_conversion;
    if (copy.enabled) {
      for (const views::KeyValue kv : attributes)
        if (!(copy.exclude_service_attributes && is_service_attribute(kv.key)))
          resource_labels_.push_back({kv.key, text_of(kv.value.get())});
      std::sort(resource_labels_.begin(), resource_labels_.end(), by_name);
    }

    uint64_t latest = 0;
    for (const views::ScopeMetrics sm : rm.scope_metrics) {
      scope_labels_.clear();
      if (!config_.disable_scope_info) {
        const views::InstrumentationScope scope = sm.scope.get();
        if (!scope.name.empty()) scope_labels_.push_back({"otel_scope_name", scope.name});
        if (!scope.version.empty()) scope_labels_.push_back({"otel_scope_version", scope.version});
        for (const views::KeyValue kv : scope.attributes) {
          if (kv.key == "name" || kv.key == "version" || kv.key == "schema_url") continue;
          Writer whole;
          whole.append(Text("otel_scope_"));
          whole.append(kv.key);
          const Text label = label_name(arena.copy(whole.text()), LabelNaming::Collapsed);
          if (!label.empty()) scope_labels_.push_back({label, text_of(kv.value.get())});
        }
      }
      for (const views::Metric m : sm.metrics) {
        latest = latest_point(m, latest);
        name.clear();
        otlp_name_ = m.name;
        const bool named = prometheus::append_metric_name(name, naming_, m.name, m.unit, kind_of(m));
        if (named) name_ = arena.copy(name.text());
        metric(m, named);
      }
    }
    if (config_.target_info.enabled && latest != 0) target_info(attributes, latest);
  }
}

void Translator::metric(const views::Metric& m, bool named) {
  using Case = views::Metric::DataCase;
  constexpr Text kNoName = "nothing but underscores would be left of its name";
  // All points of a metric have one temporality, and Prometheus has only one.
  const auto may_be = [&](int32_t temporality, uint32_t points) {
    if (temporality != views::AGGREGATION_TEMPORALITY_CUMULATIVE) {
      lose(points, m.name, "its temporality is not cumulative, which Prometheus needs");
      return false;
    }
    if (!named) lose(points, m.name, kNoName);
    return named;
  };
  const auto each = [&](const auto& points, auto f) {
    for (const auto& p : points) {
      if (labels_of(p.attributes, false)) (this->*f)(p);
      else lose(1, m.name, kNoLabel);
    }
  };
  switch (m.data_case) {
  case Case::Gauge: {
    const views::Gauge gauge(m.gauge);
    if (named) numbers(gauge.data_points, false);
    else lose(gauge.data_points.size(), m.name, kNoName);
    break;
  }
  case Case::Sum: {
    const views::Sum sum(m.sum);
    if (may_be(sum.aggregation_temporality, sum.data_points.size())) numbers(sum.data_points, sum.is_monotonic);
    break;
  }
  case Case::Histogram: {
    const views::Histogram h(m.histogram);
    if (may_be(h.aggregation_temporality, h.data_points.size())) each(h.data_points, &Translator::histogram);
    break;
  }
  case Case::ExponentialHistogram: {
    const views::ExponentialHistogram h(m.exponential_histogram);
    if (may_be(h.aggregation_temporality, h.data_points.size())) each(h.data_points, &Translator::exponential);
    break;
  }
  case Case::Summary: {
    const views::Summary s(m.summary);
    if (named) each(s.data_points, &Translator::summary);
    else lose(s.data_points.size(), m.name, kNoName);
    break;
  }
  case Case::None: break;
  }
}

// What `job` and `instance` do not say of a resource, once for all its series. Needs more attributes than those, and
// one of the two.
void Translator::target_info(const Attributes& attributes, uint64_t time_ns) {
  bool more = false;
  for (const views::KeyValue kv : attributes) more |= !is_service_attribute(kv.key);
  if (!more || !labels_of(attributes, true)) return;
  const auto has = [&](Text name) {
    return std::binary_search(labels_.begin(), labels_.end(), Label{name, {}}, by_name);
  };
  if (!has("job") && !has("instance")) return;
  name_ = "target_info";
  if (!naming_.name_space.empty()) {
    text_.clear();
    text_.append(naming_.name_space);
    text_.append(Text("_target_info"));
    name_ = arena_->copy(text_.text());
  }
  series_->add_sample(series_at(kept(*arena_, labels_), hash_of_labels(labels_), {}), 1, milliseconds(time_ns));
}

void Translator::append_metadata(Bytes request, Writer& out, std::vector<size_t>& ends) {
  // MetricMetadata.MetricType of types.proto.
  enum Type : uint32_t { kUnknown, kCounter, kGauge, kHistogram, kGaugeHistogram, kSummary, kInfo, kStateset };
  using Case = views::Metric::DataCase;
  for (const views::ResourceMetrics rm : views::ExportMetricsServiceRequest(request).resource_metrics) {
    for (const views::ScopeMetrics sm : rm.scope_metrics) {
      for (const views::Metric m : sm.metrics) {
        Writer name, unit;
        if (!prometheus::append_metric_name(name, naming_, m.name, m.unit, kind_of(m))) continue;
        prometheus::append_unit(unit, m.unit);
        const auto given = find_attribute(m.metadata, "prometheus.type");
        const Text was = given ? string_of(*given) : Text();  // what the metric was before OTLP
        Type type = kUnknown;
        switch (m.data_case) {
        case Case::Gauge: type = was == "unknown" ? kUnknown : kGauge; break;
        case Case::Sum:
          type = kind_of(m) == NameKind::MonotonicCounter ? kCounter
                 : was == "info"                          ? kInfo
                 : was == "stateset"                      ? kStateset
                                                          : kGauge;
          break;
        case Case::Histogram:
        case Case::ExponentialHistogram: type = kHistogram; break;
        case Case::Summary: type = kSummary; break;
        case Case::None: break;
        }
        const size_t begin = wire::begin_len(out, 3);
        put_int(out, 1, type);
        if (!name.empty()) wire::put_len(out, 2, name.bytes());
        if (!m.description.empty()) wire::put_len(out, 4, as_bytes(m.description));
        if (!unit.empty()) wire::put_len(out, 5, unit.bytes());
        wire::end_len(out, begin);
        ends.push_back(out.size());
      }
    }
  }
}

}  // namespace whittle::remote_write
