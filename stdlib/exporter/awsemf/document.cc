// SPDX-License-Identifier: Apache-2.0
// Groups to documents. CloudWatch reads at most 100 metrics of a document and 256 KiB of an event: a group with more
// becomes several documents with the same labels.
#include "runtime/base/json_memory.h"
#include "runtime/base/regex.h"
#include "stdlib/exporter/awsemf/groups.h"

#include <algorithm>

namespace whittle::awsemf {

using Names = std::span<const Text>;

static constexpr Text kScopeLabel = "OTelLib";
static constexpr Text kStorageResolution = "aws.emf.storage_resolution";
static constexpr Text kPrometheusType = "prom_metric_type";

struct Document {
  const Group& group;
  const DocumentSettings& settings;
  NestedJson json;
  std::span<const Metric* const> metrics;
  Documents::Head& head;
  Arena& scratch;
  bool version_0;
  int64_t resolution = 60;
  std::span<const Names> rollup{};  // sets that are added to each measurement's own
  uint32_t wide = 0;                // measurements with a set of more than kMaxDimensions

  void prepare_rollup();
  bool has_metric(Text name) const;
  bool is_own_field(Text name, bool measured) const;
  bool write_measurements();
  void write_usual_head();
  void write_head(std::span<const Names> dimensions);
  void write_metrics(std::span<const Metric* const> of);
  bool write_declared();
  void write_fields(bool measured);
  void write_value(const Value& v);
  void write();
};

static Text prometheus_type(MetricType t) {
  switch (t) {
  case MetricType::Gauge: return "gauge";
  case MetricType::Sum: return "counter";
  case MetricType::Histogram: return "histogram";
  case MetricType::Summary: return "summary";
  default: return {};
  }
}

void Document::prepare_rollup() {
  auto option = settings.config.dimension_rollup_option;
  using Option = config::AwsemfDimensionRollupOption;
  if (option == Option::NoDimensionRollup) return;
  const bool scope = find_label(group.labels, kScopeLabel) != nullptr;
  Names* sets = scratch.array<Names>(group.labels.size() + 1);
  size_t n = 0;
  for (const Label& l : group.labels) {
    if (l.name == kScopeLabel || l.name == kStorageResolution) continue;
    if (n == 0 && option == Option::ZeroAndSingleDimensionRollup) new (&sets[n++]) Names(&kScopeLabel, scope ? 1 : 0);
    const bool first = scope && kScopeLabel < l.name;
    Text* names = scratch.array<Text>(2);
    new (&names[first]) Text(l.name);
    new (&names[!first]) Text(kScopeLabel);
    new (&sets[n++]) Names(names, scope ? 2 : 1);
  }
  rollup = {sets, n};
}

bool Document::has_metric(Text name) const {
  for (const Metric* m : metrics)
    if (m->name == name) return true;
  return false;
}

// Names that the document uses itself; they win over labels and metrics.
bool Document::is_own_field(Text name, bool measured) const {
  if (group.destination->prometheus && name == kPrometheusType) return true;
  if (version_0) return name == "Timestamp" || (measured && (name == "Version" || name == "CloudWatchMetrics"));
  return measured && (name == "Version" || name == "_aws");
}

// A measurement up to its metrics.
void Document::write_head(std::span<const Names> dimensions) {
  json.put<"{'Namespace':">();
  json.text(group.destination->space);
  json.put<",'Dimensions':[">();
  bool has_wide = false;
  for (const Names& set : dimensions) {
    has_wide |= set.size() > kMaxDimensions;
    json.put<"[">();
    for (Text name : set) {
      json.text(name);
      json.comma();
    }
    json.close(']');
    json.comma();
  }
  wide += has_wide;
  json.close(']');
  json.put<",'Metrics':[">();
}

void Document::write_metrics(std::span<const Metric* const> of) {
  for (const Metric* m : of) {
    json.put<"{'Name':">();
    json.text(m->name);
    json.put<",'Unit':">();
    json.text(m->unit);
    json.put<",'StorageResolution':">();
    json.integer(resolution);
    json.put<"},">();
  }
  json.close(']');
  json.put<"},">();
}

// Writes the measurements' members. Returns whether there is one.
bool Document::write_measurements() {
  if (const Label* l = find_label(group.labels, kStorageResolution)) resolution = parse_int(l->value).value_or(60);
  if (!settings.rules.empty()) {
    prepare_rollup();
    return write_declared();
  }
  if (head.serves(group)) {
    json.out.append(head.text.bytes());
    wide = head.wide;
  } else {
    const size_t begin = json.out.size();
    prepare_rollup();
    write_usual_head();
    head.group = &group;
    head.text.clear();
    head.text.append(json.out.bytes().subspan(begin));
    head.wide = wide;
  }
  write_metrics(metrics);
  return true;
}

// All metrics are measured by all labels and by the sets that are rolled up.
void Document::write_usual_head() {
  Text* all = scratch.array<Text>(group.labels.size() + 1);
  size_t names = 0;
  bool scope = false;
  for (const Label& l : group.labels) {
    if (l.name == kStorageResolution) continue;
    scope |= l.name == kScopeLabel;
    new (&all[names++]) Text(l.name);
  }
  Names* dimensions = scratch.array<Names>(rollup.size() + 1);
  size_t n = 0;
  // With one label its own set and the rolled-up one are the same.
  const bool same = !rollup.empty() && (names <= 1 || (names == 2 && scope));
  if (!same) new (&dimensions[n++]) Names(all, names);
  for (const Names& set : rollup) new (&dimensions[n++]) Names(set);
  write_head({dimensions, n});
}

// Whether the measurements of `g` begin alike.
bool Documents::Head::serves(const Group& g) const {
  return group && group->destination->space == g.destination->space &&
         std::equal(group->labels.begin(), group->labels.end(), g.labels.begin(), g.labels.end(),
                    [](const Label& a, const Label& b) { return a.name == b.name; });
}

static bool matches_labels(const config::MetricDeclaration& d, Labels labels, Writer& joined) {
  if (d.label_matchers.size == 0) return true;
  for (const config::LabelMatcher& m : d.label_matchers) {
    joined.clear();
    Text separator = m.separator.size > 0 ? view(m.separator) : Text(";");
    for (uint64_t i = 0; i < m.label_names.size; ++i) {
      if (i > 0) joined.append(separator);
      Text name = view(m.label_names[i]);
      if (name == kStorageResolution) continue;
      if (const Label* l = find_label(labels, name)) joined.append(l->value);
    }
    if (regex_match(m.regex, joined.text())) return true;
  }
  return false;
}

bool Document::write_declared() {
  Writer joined;
  std::vector<const Rule*> rules;
  for (const Rule& r : settings.rules)
    if (matches_labels(*r.declaration, group.labels, joined)) rules.push_back(&r);
  if (rules.empty()) return false;

  // Metrics to which the same rules apply share a measurement.
  struct Declared {
    std::vector<uint32_t> rules;
    std::vector<const Metric*> metrics;
  };
  std::vector<Declared> groups;
  std::vector<uint32_t> applying;
  for (const Metric* m : metrics) {
    applying.clear();
    for (uint32_t i = 0; i < rules.size(); ++i)
      for (const Regex& selector : rules[i]->declaration->metric_name_selectors)
        if (regex_match(selector, m->name)) {
          applying.push_back(i);
          break;
        }
    if (applying.empty()) continue;
    auto same = std::find_if(groups.begin(), groups.end(), [&](const Declared& g) { return g.rules == applying; });
    if (same == groups.end()) groups.push_back({applying, {m}});
    else same->metrics.push_back(m);
  }

  bool any = false;
  std::vector<Names> dimensions;
  auto add = [&](const Names& set) {
    auto same = [&](const Names& o) { return std::equal(o.begin(), o.end(), set.begin(), set.end()); };
    if (std::find_if(dimensions.begin(), dimensions.end(), same) == dimensions.end()) dimensions.push_back(set);
  };
  for (const Declared& g : groups) {
    dimensions.clear();
    for (uint32_t i : g.rules)
      for (const std::vector<Text>& set : rules[i]->dimensions) {
        bool has_all = true;
        for (Text name : set) has_all &= name != kStorageResolution && find_label(group.labels, name) != nullptr;
        if (has_all) add(set);
      }
    for (const Names& set : rollup) add(set);
    if (dimensions.empty()) continue;
    write_head(dimensions);
    write_metrics(g.metrics);
    any = true;
  }
  return any;
}

void Document::write_value(const Value& v) {
  switch (v.kind) {
  case Value::Kind::Number: json.real(v.number); return;
  case Value::Kind::Count: append_uint(json.out, v.count); return;
  case Value::Kind::Distribution:
    json.put<"{'Values':[">();
    for (double x : v.values) json.real(x), json.comma();
    json.close(']');
    json.put<",'Counts':[">();
    for (uint64_t n : v.counts) json.real(static_cast<double>(n)), json.comma();
    json.close(']');
    json.put<",'Max':">();
    break;
  case Value::Kind::Statistics: json.put<"{'Max':">(); break;
  }
  json.real(v.max);
  json.put<",'Min':">();
  json.real(v.min);
  json.put<",'Count':">();
  append_uint(json.out, v.count);
  json.put<",'Sum':">();
  json.real(v.sum);
  json.put<"}">();
}

void Document::write_fields(bool measured) {
  for (const Label& l : group.labels) {
    if (l.name == kStorageResolution || is_own_field(l.name, measured) || has_metric(l.name)) continue;
    json.text(l.name);
    json.put<":">();
    bool parse = false;
    for (const Str& name : settings.config.parse_json_encoded_attr_values) parse |= view(name) == l.name;
    if (parse && read_json(l.value, scratch)) append_json_escaped(json.out, with_whole_surrogates(l.value, scratch));
    else json.text(l.value);
    json.comma();
  }
  for (const Metric* m : metrics) {
    if (is_own_field(m->name, measured)) continue;
    json.text(m->name);
    json.put<":">();
    if (m->value) write_value(*m->value);
    else json.real(m->number);
    json.comma();
  }
  if (group.destination->prometheus) {
    json.put<"'prom_metric_type':">();
    json.text(prometheus_type(group.type));
    json.comma();
  }
}

void Document::write() {
  json.out.byte('"');
  json.put<"{">();
  size_t at = json.out.size();
  if (version_0) json.put<"'CloudWatchMetrics':[">();
  else json.put<"'_aws':{'CloudWatchMetrics':[">();
  bool measured = write_measurements();
  if (!measured) {
    json.out.truncate(at);
  } else {
    json.close(']');
    if (version_0) {
      json.put<",'Version':'0',">();
    } else {
      json.put<",'Timestamp':">();
      json.integer(group.timestamp_ms);
      json.put<"},'Version':'1',">();
    }
  }
  if (version_0) {
    json.put<"'Timestamp':'">();
    json.integer(group.timestamp_ms);
    json.put<"',">();
  }
  write_fields(measured);
  json.close('}');
  json.out.byte('"');
}

void Documents::sort() {
  auto event = [&](const Group& g) {
    const Text stream = g.destination->log_stream;
    return LogEvent{g.timestamp_ms, g.destination->log_group, stream.empty() ? settings_.default_stream : stream};
  };
  auto before = [&](const Group* a, const Group* b) {
    if (a->destination == b->destination)
      return a->timestamp_ms != b->timestamp_ms ? a->timestamp_ms < b->timestamp_ms : a->order < b->order;
    const LogEvent x = event(*a), y = event(*b);
    return sent_before(x, y) || (!sent_before(y, x) && a->order < b->order);
  };
  if (!std::is_sorted(groups_.begin(), groups_.end(), before)) std::sort(groups_.begin(), groups_.end(), before);
}

bool Documents::next(LogEvent& event) {
  if (parts_.empty()) {
    if (at_ == groups_.size()) return false;
    const Group& group = *groups_[at_++];
    auto all = arena_.array<const Metric*>(group.metrics + 1);
    size_t n = 0;
    for (const Metric* m = group.first; m; m = m->next) all[n++] = m;
    for (size_t end = n; end > 0;) {
      const size_t begin = (end - 1) / kMaxMetrics * kMaxMetrics;
      parts_.push_back({all + begin, end - begin});
      end = begin;
    }
  }
  part_ = parts_.back();
  parts_.pop_back();
  const Group& group = *groups_[at_ - 1];
  const Text stream = group.destination->log_stream;
  event = {group.timestamp_ms, group.destination->log_group, stream.empty() ? settings_.default_stream : stream};
  return true;
}

void Documents::release() {
  groups_ = {};
  at_ = 0;
  parts_.clear();
  head_.group = nullptr;
  arena_.release();
}

size_t Documents::write(Writer& out) {
  const size_t begin = out.size();
  for (;;) {
    scratch_.recycle();
    Document document{
        *groups_[at_ - 1], settings_, NestedJson(out), part_, head_, scratch_, view(settings_.config.version) == "0"};
    document.write();
    const size_t size = nested_size(out.text().substr(begin));
    if (size + kEventOverhead <= kMaxEventSize) {
      losses_.wide += document.wide;
      return size;
    }
    out.truncate(begin);
    if (part_.size() == 1) {
      ++losses_.too_large;
      return 0;
    }
    parts_.push_back(part_.subspan(part_.size() / 2));
    part_ = part_.first(part_.size() / 2);
  }
}

}  // namespace whittle::awsemf
