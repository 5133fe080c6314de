// SPDX-License-Identifier: Apache-2.0
// Data points to groups: labels, units, increases of cumulative sums, and which log stream a document goes to.
#include "runtime/aws/log_names.h"
#include "runtime/base/hash.h"
#include "stdlib/exporter/awsemf/groups.h"

#include <algorithm>

namespace whittle::awsemf {

static constexpr Text kScopeLabel = "OTelLib";

const Label* find_label(Labels labels, Text name) {
  for (const Label& l : labels)
    if (l.name == name) return &l;
  return nullptr;
}

// A set of pointers to T by hash; what is in it lives elsewhere.
template <class T>
class PointerTable {
public:
  void clear() {
    slots_.assign(slots_.size(), {});
    used_ = 0;
  }
  // The entry with that hash for which `same` holds, or null.
  template <class F>
  T* find(uint64_t hash, F same) const {
    if (slots_.empty()) return nullptr;
    for (size_t i = hash & (slots_.size() - 1); slots_[i].entry; i = (i + 1) & (slots_.size() - 1))
      if (slots_[i].hash == hash && same(*slots_[i].entry)) return slots_[i].entry;
    return nullptr;
  }
  void add(uint64_t hash, T* entry) {
    if ((used_ + 1) * 2 > slots_.size()) {
      std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
      old.swap(slots_);
      used_ = 0;
      for (const Slot& s : old)
        if (s.entry) add(s.hash, s.entry);
    }
    size_t i = hash & (slots_.size() - 1);
    while (slots_[i].entry) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = {hash, entry};
    ++used_;
  }

private:
  struct Slot {
    uint64_t hash = 0;
    T* entry = nullptr;
  };
  std::vector<Slot> slots_;
  size_t used_ = 0;
};

struct MetricOfGroup {
  const Group* group;
  Text name;
};

struct Encoder::State {
  const config::Awsemf& config;
  DocumentSettings settings;
  SeriesTable sums{}, summaries{};

  Documents* documents = nullptr;  // of the payload at hand
  PointerTable<Group> by_key{};
  PointerTable<MetricOfGroup> metrics{};
  int64_t now_ms = 0;

  std::vector<Label> labels{};           // of the point at hand
  std::vector<Label> resource_labels{};  // added to each point
  std::vector<Label> resource_strings{};
  std::vector<Point> points{};
  Writer key{}, text{};

  // What a resource says of all its metrics, and how far its scopes have come.
  struct Source {
    Destination destination;
    const Destination* kept = nullptr;  // the same in the arena, once a group needs it
    uint64_t destination_hash = 0;
    Text scope;
    bool replaced = true;  // all placeholders found their attribute
  };

  Arena& arena() const;
  void prepare_rules();
  void resource(const views::ResourceMetrics& rm);
  void metric(const views::Metric& m, const Source& source);
  // A point of a summary, as one metric or as several.
  void summary_points(Text name, const views::SummaryDataPoint& p, const Cumulative& value);
  void point_done(MetricType type, uint64_t time_ns, Source& source, int64_t& time_ms, Text unit);
  bool has_metric(const Group& group, Text name, uint64_t group_hash);
  void fill_labels(const Attributes& attributes, Text scope);
  void set_label(Text name, Text value);
  Text as_text_value(const views::AnyValue& v);
  Text series_key(const views::Metric& m, const Source& source);
  Text replace_patterns(Text s, Labels attributes, bool& replaced);
  Text unit_of(const views::Metric& m) const;
};

Encoder::Encoder(const config::Awsemf& config, Text default_stream)
    : state_(new State{.config = config, .settings = {config, default_stream}}) {
  state_->prepare_rules();
}

Encoder::~Encoder() {
  delete state_;
}

size_t Encoder::series() const {
  return state_->sums.size() + state_->summaries.size();
}

void Encoder::expire(int64_t now_ns) {
  state_->sums.expire(now_ns - kSeriesLife);
  state_->summaries.expire(now_ns - kSeriesLife);
}

Documents::Documents(Encoder& encoder) : settings_(encoder.state_->settings) {}

void Encoder::begin(Documents& documents, int64_t now_ns) {
  State& s = *state_;
  s.documents = &documents;
  s.by_key.clear();
  s.metrics.clear();
  s.now_ms = now_ns / 1'000'000;
}

void Encoder::translate(Bytes request) {
  for (views::ResourceMetrics rm : views::ExportMetricsServiceRequest(request).resource_metrics) state_->resource(rm);
}

// Rules that can never apply are left out, as are dimension sets that CloudWatch would not take from the Collector.
void Encoder::State::prepare_rules() {
  constexpr size_t kMaxRuleDimensions = 10;
  for (const config::MetricDeclaration& d : config.metric_declarations) {
    bool usable = d.metric_name_selectors.size > 0;
    for (const config::LabelMatcher& m : d.label_matchers) usable &= m.label_names.size > 0 && m.regex.pattern.size > 0;
    if (!usable) continue;
    Rule rule{&d, {}};
    for (const List<Str>& set : d.dimensions) {
      if (set.size > kMaxRuleDimensions) continue;
      std::vector<Text> names;
      for (const Str& name : set) names.push_back(view(name));
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      if (std::find(rule.dimensions.begin(), rule.dimensions.end(), names) == rule.dimensions.end())
        rule.dimensions.push_back(static_cast<std::vector<Text>&&>(names));
    }
    settings.rules.push_back(static_cast<Rule&&>(rule));
  }
}

Arena& Encoder::State::arena() const {
  return documents->arena_;
}

Text Encoder::State::as_text_value(const views::AnyValue& v) {
  if (v.value_case == ValueCase::StringValue) return v.string_value;
  text.clear();
  append_as_string(text, v);
  return arena().copy(text.text());
}

static bool is_service_attribute(Text name) {
  return name == "service.name" || name == "service.instance.id" || name == "service.namespace";
}

void Encoder::State::resource(const views::ResourceMetrics& rm) {
  Attributes attributes = rm.resource.get().attributes;
  const config::ResourceToTelemetry& copy = config.resource_to_telemetry_conversion;
  resource_labels.clear();
  resource_strings.clear();
  for (views::KeyValue kv : attributes) {
    Label label{kv.key, as_text_value(kv.value.get())};
    resource_strings.push_back(label);
    if (copy.enabled && !(copy.exclude_service_attributes && is_service_attribute(kv.key)))
      resource_labels.push_back(label);
  }

  Source source;
  source.destination.space = view(config.namespace_);
  if (source.destination.space.empty()) {
    auto name = find_attribute(attributes, "service.name"), space = find_attribute(attributes, "service.namespace");
    bool has_name = name && name->value_case == ValueCase::StringValue,
         has_space = space && space->value_case == ValueCase::StringValue;
    text.clear();
    if (has_space) text.append(space->string_value);
    if (has_space && has_name) text.byte('/');
    if (has_name) text.append(name->string_value);
    source.destination.space = text.empty() ? Text("default") : arena().copy(text.text());
  }
  if (config.log_group_name.size > 0) {
    source.destination.log_group = replace_patterns(view(config.log_group_name), resource_strings, source.replaced);
  } else {
    text.clear();
    text.append(Text("/metrics/"));
    text.append(source.destination.space);
    source.destination.log_group = arena().copy(text.text());
  }
  if (config.log_stream_name.size > 0)
    source.destination.log_stream = replace_patterns(view(config.log_stream_name), resource_strings, source.replaced);
  auto receiver = find_attribute(attributes, "receiver");
  source.destination.prometheus = receiver && string_of(*receiver) == "prometheus";

  for (views::ScopeMetrics scope : rm.scope_metrics) {
    Text name = scope.scope.get().name;
    if (!name.empty()) source.scope = name;  // a scope without a name is taken for the one before it
    for (views::Metric m : scope.metrics) metric(m, source);
  }
}

Text Encoder::State::replace_patterns(Text s, Labels attributes, bool& replaced) {
  text.clear();
  replaced &= append_log_name(text, s, kEmfPlaceholders, [&](Text name, Writer& out) {
    const Label* found = find_label(attributes, name);
    if (found) out.append(found->value);
    return found != nullptr;
  });
  return arena().copy(text.text());
}

Text Encoder::State::unit_of(const views::Metric& m) const {
  for (size_t i = config.metric_descriptors.size; i-- > 0;) {  // of two for one metric the last counts
    const config::MetricDescriptor& d = config.metric_descriptors[i];
    if (view(d.metric_name) != m.name || d.metric_name.size == 0) continue;
    static constexpr Text kKnown[] = {"Seconds",
                                      "Microseconds",
                                      "Milliseconds",
                                      "Bytes",
                                      "Kilobytes",
                                      "Megabytes",
                                      "Gigabytes",
                                      "Terabytes",
                                      "Bits",
                                      "Kilobits",
                                      "Megabits",
                                      "Gigabits",
                                      "Terabits",
                                      "Percent",
                                      "Count",
                                      "Bytes/Second",
                                      "Kilobytes/Second",
                                      "Megabytes/Second",
                                      "Gigabytes/Second",
                                      "Terabytes/Second",
                                      "Bits/Second",
                                      "Kilobits/Second",
                                      "Megabits/Second",
                                      "Gigabits/Second",
                                      "Terabits/Second",
                                      "Count/Second",
                                      "None"};
    if (std::find(std::begin(kKnown), std::end(kKnown), view(d.unit)) == std::end(kKnown)) continue;
    if (m.unit.empty() || d.overwrite) return view(d.unit);
    break;
  }
  if (m.unit == "1" || m.unit == "ns") return {};  // CloudWatch knows no nanoseconds
  if (m.unit == "ms") return "Milliseconds";
  if (m.unit == "s") return "Seconds";
  if (m.unit == "us") return "Microseconds";
  if (m.unit == "By") return "Bytes";
  if (m.unit == "bit") return "Bits";
  return m.unit;
}

void Encoder::State::set_label(Text name, Text value) {
  auto at = std::lower_bound(labels.begin(), labels.end(), name, [](const Label& l, Text n) { return l.name < n; });
  if (at != labels.end() && at->name == name) at->value = value;
  else labels.insert(at, {name, value});
}

void Encoder::State::fill_labels(const Attributes& attributes, Text scope) {
  labels.clear();
  labels.reserve(attributes.size() + resource_labels.size() + 1);
  for (views::KeyValue kv : attributes) labels.push_back({kv.key, as_text_value(kv.value.get())});
  for (const Label& l : resource_labels) labels.push_back(l);
  if (!scope.empty()) labels.push_back({kScopeLabel, scope});
  // By name; of equal names the last counts. Few labels: insertion keeps equal ones in their order.
  if (labels.size() <= 32) {
    for (size_t i = 1; i < labels.size(); ++i) {
      Label l = labels[i];
      size_t j = i;
      for (; j > 0 && l.name < labels[j - 1].name; --j) labels[j] = labels[j - 1];
      labels[j] = l;
    }
  } else {
    std::vector<std::pair<Label, size_t>> order;
    for (size_t i = 0; i < labels.size(); ++i) order.push_back({labels[i], i});
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.first.name != b.first.name ? a.first.name < b.first.name : a.second < b.second;
    });
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = order[i].first;
  }
  size_t n = 0;
  for (const Label& l : labels) {
    if (n > 0 && labels[n - 1].name == l.name) --n;
    labels[n++] = l;
  }
  labels.resize(n);
}

static void append_part(Writer& out, Text t) {
  uint64_t n = t.size();
  out.append(Bytes(reinterpret_cast<const uint8_t*>(&n), sizeof n));
  out.append(t);
}

Text Encoder::State::series_key(const views::Metric& m, const Source& source) {
  key.clear();
  for (Text t : {m.name, source.destination.space, source.destination.log_group, source.destination.log_stream})
    append_part(key, t);
  for (const Label& l : labels) {
    append_part(key, l.name);
    append_part(key, l.value);
  }
  return key.text();
}

// Whether the group has a metric of that name; if not, it is going to. Few are compared one by one.
bool Encoder::State::has_metric(const Group& group, Text name, uint64_t group_hash) {
  constexpr uint32_t kFew = 8;
  auto same = [&](const MetricOfGroup& o) { return o.group == &group && o.name == name; };
  auto add = [&](Text of) { metrics.add(hash_text(of, group_hash), arena().make<MetricOfGroup>(&group, of)); };
  if (group.metrics < kFew) {
    for (const Metric* m = group.first; m; m = m->next)
      if (m->name == name) return true;
    return false;
  }
  if (group.metrics == kFew)
    for (const Metric* m = group.first; m; m = m->next) add(m->name);
  if (metrics.find(hash_text(name, group_hash), same)) return true;
  add(name);
  return false;
}

// Puts `points` into their groups.
void Encoder::State::point_done(MetricType type, uint64_t time_ns, Source& source, int64_t& time_ms, Text unit) {
  Labels shared;
  uint64_t labels_hash = 0;
  auto share = [&] {
    Label* copy = arena().array<Label>(labels.size() + 1);
    std::copy(labels.begin(), labels.end(), copy);
    shared = {copy, labels.size()};
    labels_hash = 0;
    for (const Label& l : shared) labels_hash = hash_text(l.value, labels_hash);
  };
  share();
  for (uint32_t i = 0; i < points.size(); ++i) {
    const Point& p = points[i];
    if (!p.quantile.empty()) {
      set_label("quantile", p.quantile);
      share();
    }
    // Placeholders that the resource could not fill are tried with the labels; what a point fills, the next ones keep.
    if (!source.replaced) {
      bool ignored = true;
      if (source.destination.log_group.find(kUndefinedLogName) != Text::npos)
        source.destination.log_group = replace_patterns(view(config.log_group_name), shared, ignored);
      if (source.destination.log_stream.find(kUndefinedLogName) != Text::npos)
        source.destination.log_stream = replace_patterns(view(config.log_stream_name), shared, ignored);
      source.kept = nullptr;
    }
    if (uint64_t ms = time_ns / 1'000'000) time_ms = static_cast<int64_t>(ms);
    if (!p.value.finite()) {
      ++documents->losses_.not_finite;
      continue;
    }
    if (!source.kept) {
      source.kept = arena().make<Destination>(source.destination);
      source.destination_hash = 0;
      for (Text t : {source.destination.space, source.destination.log_group, source.destination.log_stream})
        source.destination_hash = hash_text(t, source.destination_hash);
    }
    uint64_t hash = hash_mix(hash_mix(labels_hash, source.destination_hash), static_cast<uint64_t>(time_ms));
    hash = hash_mix(hash, static_cast<uint64_t>(type) << 32 | i);
    auto same = [&](const Group& g) {
      return g.timestamp_ms == time_ms && g.type == type && g.batch_index == i && g.destination->same(*source.kept) &&
             std::equal(g.labels.begin(), g.labels.end(), shared.begin(), shared.end(),
                        [](const Label& a, const Label& b) { return a.name == b.name && a.value == b.value; });
    };
    Group* group = by_key.find(hash, same);
    if (!group) {
      const auto order = static_cast<uint32_t>(documents->groups_.size());
      group = arena().make<Group>(source.kept, time_ms, shared, type, i, order);
      group->last = &group->first;
      documents->groups_.push_back(group);
      by_key.add(hash, group);
    }
    if (has_metric(*group, p.name, hash)) {
      ++documents->losses_.duplicates;
      continue;
    }
    const Value* value = p.value.kind == Value::Kind::Number ? nullptr : arena().make<Value>(p.value);
    Metric* m = arena().make<Metric>(p.name, unit, p.value.number, value);
    *group->last = m;
    group->last = &m->next;
    ++group->metrics;
  }
}

static bool no_value(uint32_t flags) {
  return flags & views::DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK;
}
static bool finite(double v) {
  return v - v == 0;
}

void Encoder::State::summary_points(Text name, const views::SummaryDataPoint& p, const Cumulative& value) {
  if (config.detailed_metrics) {
    auto suffixed = [&](Text suffix) {
      text.clear();
      text.append(name);
      text.append(suffix);
      return arena().copy(text.text());
    };
    Value sum, count;
    sum.number = value.sum;
    count.kind = Value::Kind::Count, count.count = value.count;
    points.push_back({suffixed("_sum"), sum, {}});
    points.push_back({suffixed("_count"), count, {}});
    for (views::SummaryDataPointValueAtQuantile q : p.quantile_values) {
      Value v;
      v.number = q.value;
      char digits[kNumberRoom];
      points.push_back({name, v, arena().copy(Text(digits, format_double_general(digits, q.quantile)))});
    }
  } else {
    Value v;
    v.kind = Value::Kind::Statistics;
    v.count = value.count, v.sum = value.sum;
    bool first = true;
    for (views::SummaryDataPointValueAtQuantile q : p.quantile_values) {
      if (first) v.min = q.value;
      first = false;
      v.max = q.value;
    }
    points.push_back({name, v, {}});
  }
}

void Encoder::State::metric(const views::Metric& m, const Source& base) {
  using Case = views::Metric::DataCase;
  Source source = base;
  int64_t time_ms = now_ms;  // a point without a time takes that of the point before it
  Text unit = unit_of(m);
  bool retain = config.retain_initial_value_of_delta_metric;

  auto numbers = [&](const auto& list, MetricType type, bool cumulative) {
    for (views::NumberDataPoint p : list) {
      using NumberCase = views::NumberDataPoint::ValueCase;
      if (no_value(p.flags) || (p.value_case == NumberCase::AsDouble && !finite(p.as_double))) continue;
      Value v;
      if (p.value_case == NumberCase::AsDouble) v.number = p.as_double;
      if (p.value_case == NumberCase::AsInt) v.number = static_cast<double>(p.as_int);
      fill_labels(p.attributes, source.scope);
      if (cumulative) {
        Cumulative delta;
        // Series are told apart by where the resource, not the labels, sends them.
        if (sums.increase(series_key(m, base), {v.number, 0}, static_cast<int64_t>(p.time_unix_nano), delta)) {
          if (delta.sum >= 0) v.number = delta.sum;  // it began anew otherwise
        } else if (!retain) {
          continue;
        }
      }
      points.clear();
      points.push_back({m.name, v, {}});
      point_done(type, p.time_unix_nano, source, time_ms, unit);
    }
  };

  switch (m.data_case) {
  case Case::Gauge: numbers(views::Gauge(m.gauge).data_points, MetricType::Gauge, false); break;
  case Case::Sum: {
    views::Sum sum(m.sum);
    numbers(sum.data_points, MetricType::Sum, sum.aggregation_temporality == views::AGGREGATION_TEMPORALITY_CUMULATIVE);
    break;
  }
  case Case::Histogram:
    for (views::HistogramDataPoint p : views::Histogram(m.histogram).data_points) {
      if (no_value(p.flags) || !finite(p.sum) || !finite(p.min) || !finite(p.max)) continue;
      Value v;
      v.kind = Value::Kind::Statistics;
      v.count = p.count, v.sum = p.sum, v.max = p.max, v.min = p.min;
      fill_labels(p.attributes, source.scope);
      points.clear();
      points.push_back({m.name, v, {}});
      point_done(MetricType::Histogram, p.time_unix_nano, source, time_ms, unit);
    }
    break;
  case Case::ExponentialHistogram:
    for (views::ExponentialHistogramDataPoint p : views::ExponentialHistogram(m.exponential_histogram).data_points) {
      if (no_value(p.flags) || !finite(p.sum) || !finite(p.min) || !finite(p.max)) continue;
      fill_labels(p.attributes, source.scope);
      points.clear();
      split_histogram(p, m.name, arena(), points);
      point_done(MetricType::ExponentialHistogram, p.time_unix_nano, source, time_ms, unit);
    }
    break;
  case Case::Summary:
    for (views::SummaryDataPoint p : views::Summary(m.summary).data_points) {
      bool bad = no_value(p.flags) || !finite(p.sum);
      for (views::SummaryDataPointValueAtQuantile q : p.quantile_values) bad |= !finite(q.value) || !finite(q.quantile);
      if (bad) continue;
      fill_labels(p.attributes, source.scope);
      Cumulative value{p.sum, p.count};
      // Prometheus counts from its start, SDKs from the last report.
      if (base.destination.prometheus) {
        Cumulative delta;
        if (summaries.increase(series_key(m, base), value, static_cast<int64_t>(p.time_unix_nano), delta))
          value = delta;
        else if (!retain) continue;
      }
      points.clear();
      summary_points(m.name, p, value);
      point_done(MetricType::Summary, p.time_unix_nano, source, time_ms, unit);
    }
    break;
  case Case::None: break;
  }
}

}  // namespace whittle::awsemf
