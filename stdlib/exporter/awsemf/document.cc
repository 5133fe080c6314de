// SPDX-License-Identifier: Apache-2.0
// Groups to documents. CloudWatch reads at most 100 metrics of a document and 256 KiB of an event: a group with more
// becomes several documents with the same labels.
#include "runtime/base/regex.h"
#include "stdlib/exporter/awsemf/groups.h"

#include <algorithm>
#include <string.h>
#include <yyjson.h>

namespace whittle::awsemf {

namespace {

constexpr Text kScopeLabel = "OTelLib";
constexpr Text kStorageResolution = "aws.emf.storage_resolution";
constexpr Text kPrometheusType = "prom_metric_type";

using Names = std::vector<Text>;

struct Document {
  const Group& group;
  const DocumentContext& context;
  NestedJson json;
  std::span<const Metric* const> metrics;
  bool version_0;
  int64_t resolution = 60;
  std::vector<Names> rollup{};  // sets that are added to each measurement's own

  void prepare();
  bool has_metric(Text name) const;
  bool is_own_field(Text name, bool measured) const;
  bool write_measurements();
  void write_measurement(const std::vector<Names>& dimensions, std::span<const Metric* const> of, bool& any);
  bool write_declared();
  void write_fields(bool measured);
  void write_value(const Value& v);
  void write();
};

Text prometheus_type(MetricType t) {
  switch (t) {
  case MetricType::Gauge: return "gauge";
  case MetricType::Sum: return "counter";
  case MetricType::Histogram: return "histogram";
  case MetricType::Summary: return "summary";
  default: return {};
  }
}

void Document::prepare() {
  if (const Label* l = find_label(group.labels, kStorageResolution)) resolution = parse_int(l->value).value_or(60);
  auto option = context.config.dimension_rollup_option;
  using Option = config::AwsemfDimensionRollupOption;
  bool scope = find_label(group.labels, kScopeLabel) != nullptr;
  Names zero;
  if (scope) zero.push_back(kScopeLabel);
  for (const Label& l : group.labels) {
    if (l.name == kScopeLabel || l.name == kStorageResolution || option == Option::NoDimensionRollup) continue;
    if (rollup.empty() && option == Option::ZeroAndSingleDimensionRollup) rollup.push_back(zero);
    Names one = zero;
    one.push_back(l.name);
    std::sort(one.begin(), one.end());
    rollup.push_back(static_cast<Names&&>(one));
  }
}

bool Document::has_metric(Text name) const {
  for (const Metric* m : metrics)
    if (m->name == name) return true;
  return false;
}

// Names that the document uses itself; they win over labels and metrics.
bool Document::is_own_field(Text name, bool measured) const {
  if (group.prometheus && name == kPrometheusType) return true;
  if (version_0) return name == "Timestamp" || (measured && (name == "Version" || name == "CloudWatchMetrics"));
  return measured && (name == "Version" || name == "_aws");
}

void Document::write_measurement(const std::vector<Names>& dimensions, std::span<const Metric* const> of, bool& any) {
  any = true;
  json.put<"{'Namespace':">();
  json.text(group.space);
  json.put<",'Dimensions':[">();
  bool wide = false;
  for (const Names& set : dimensions) {
    wide |= set.size() > kMaxDimensions;
    json.put<"[">();
    for (Text name : set) {
      json.text(name);
      json.comma();
    }
    json.close(']');
    json.comma();
  }
  context.losses.wide += wide;
  json.close(']');
  json.put<",'Metrics':[">();
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
  if (!context.rules.empty()) return write_declared();
  size_t names = 0;
  bool scope = false;
  Names all;
  for (const Label& l : group.labels) {
    if (l.name == kStorageResolution) continue;
    ++names;
    scope |= l.name == kScopeLabel;
    all.push_back(l.name);
  }
  // With one label its own set and the rolled-up one are the same.
  bool same = !rollup.empty() && (names <= 1 || (names == 2 && scope));
  std::vector<Names> dimensions;
  if (!same) dimensions.push_back(static_cast<Names&&>(all));
  dimensions.insert(dimensions.end(), rollup.begin(), rollup.end());
  bool any = false;
  write_measurement(dimensions, metrics, any);
  return any;
}

bool matches_labels(const config::MetricDeclaration& d, Labels labels, Writer& joined) {
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
  for (const Rule& r : context.rules)
    if (matches_labels(*r.declaration, group.labels, joined)) rules.push_back(&r);
  if (rules.empty()) return false;

  // Metrics to which the same rules apply share a measurement.
  struct Declared {
    std::vector<uint32_t> rules;
    std::vector<const Metric*> metrics;
  };
  std::vector<Declared> groups;
  for (const Metric* m : metrics) {
    std::vector<uint32_t> applying;
    for (uint32_t i = 0; i < rules.size(); ++i)
      for (const Regex& selector : rules[i]->declaration->metric_name_selectors)
        if (regex_match(selector, m->name)) {
          applying.push_back(i);
          break;
        }
    if (applying.empty()) continue;
    auto same = std::find_if(groups.begin(), groups.end(), [&](const Declared& g) { return g.rules == applying; });
    if (same == groups.end()) groups.push_back({static_cast<std::vector<uint32_t>&&>(applying), {m}});
    else same->metrics.push_back(m);
  }

  bool any = false;
  for (const Declared& g : groups) {
    std::vector<Names> dimensions;
    auto add = [&](const Names& set) {
      if (std::find(dimensions.begin(), dimensions.end(), set) == dimensions.end()) dimensions.push_back(set);
    };
    for (uint32_t i : g.rules)
      for (const Names& set : rules[i]->dimensions) {
        bool has_all = true;
        for (Text name : set) has_all &= name != kStorageResolution && find_label(group.labels, name) != nullptr;
        if (has_all) add(set);
      }
    for (const Names& set : rollup) add(set);
    if (!dimensions.empty()) write_measurement(dimensions, g.metrics, any);
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

bool is_json(Text t) {
  yyjson_doc* doc = yyjson_read(t.data(), t.size(), 0);
  yyjson_doc_free(doc);
  return doc != nullptr;
}

void Document::write_fields(bool measured) {
  for (const Label& l : group.labels) {
    if (l.name == kStorageResolution || is_own_field(l.name, measured) || has_metric(l.name)) continue;
    json.text(l.name);
    json.put<":">();
    bool parse = false;
    for (const Str& name : context.config.parse_json_encoded_attr_values) parse |= view(name) == l.name;
    if (parse && is_json(l.value)) append_json_escaped(json.out, l.value);
    else json.text(l.value);
    json.comma();
  }
  for (const Metric* m : metrics) {
    if (is_own_field(m->name, measured)) continue;
    json.text(m->name);
    json.put<":">();
    write_value(m->value);
    json.comma();
  }
  if (group.prometheus) {
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

void write_part(const Group& group, std::span<const Metric* const> metrics, const DocumentContext& context, Writer& out,
                std::vector<Event>& events) {
  size_t begin = out.size();
  Document document{group, context, NestedJson(out), metrics, view(context.config.version) == "0"};
  document.prepare();
  Losses before = context.losses;
  document.write();
  size_t size = nested_size(out.text().substr(begin)) - 2;  // without the quotes
  if (size + kEventOverhead > kMaxEventSize) {
    out.truncate(begin);
    context.losses = before;
    if (metrics.size() == 1) {
      ++context.losses.too_large;
      return;
    }
    write_part(group, metrics.first(metrics.size() / 2), context, out, events);
    write_part(group, metrics.subspan(metrics.size() / 2), context, out, events);
    return;
  }
  events.push_back({group.timestamp_ms, group.log_group,
                    group.log_stream.empty() ? context.default_stream : group.log_stream, begin, out.size(), size});
}

}  // namespace

void write_documents(const Group& group, const DocumentContext& context, Writer& out, std::vector<Event>& events) {
  const Metric** all = context.arena.array<const Metric*>(group.metrics + 1);
  size_t n = 0;
  for (const Metric* m = group.first; m; m = m->next) all[n++] = m;
  for (size_t i = 0; i < n; i += kMaxMetrics)
    write_part(group, {all + i, std::min<size_t>(kMaxMetrics, n - i)}, context, out, events);
}

}  // namespace whittle::awsemf
