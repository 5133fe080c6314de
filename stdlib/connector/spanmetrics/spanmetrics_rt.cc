// SPDX-License-Identifier: Apache-2.0
// Calls, durations and events of spans as metrics, by resource and by dimensions (contrib's spanmetricsconnector).
//
// What is counted is handed on every `metrics_flush_interval`. Where what comes next has no room, the metrics are kept,
// and the next ones wait until they are taken: counting goes on, so nothing is lost by it.
#include "compiler/regex/glob.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/holder.h"
#include "runtime/record/reshape.h"
#include "runtime/record/sampling_state.h"
#include "runtime/wire/attributes.h"
#include "stdlib/connector/spanmetrics/recent.h"
#include "stdlib/connector/spanmetrics/series.h"
#include "stdlib/connector/spanmetrics/spanmetrics_config.h"

#include <algorithm>

namespace whittle {
namespace {

using namespace spanmetrics;
using namespace wire;
using config::SpanmetricsDimension;

constexpr uint64_t kMostBytes = 8 << 20;  // of series
constexpr uint64_t kResource = 256;       // what a resource takes beside its attributes
constexpr double kDefaultBounds[] = {2,   4,   6,    8,    10,   50,   100,   200,
                                     400, 800, 1000, 1400, 2000, 5000, 10000, 15000};  // milliseconds
constexpr Text kSpanKinds[] = {"SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
                               "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};
constexpr Text kStatusCodes[] = {"STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"};

template <size_t kSize>
Text named(const Text (&names)[kSize], int32_t number) {
  return number >= 0 && static_cast<size_t>(number) < kSize ? names[number] : Text();
}

bool has(const List<Str>& list, Text name) {
  return std::any_of(list.begin(), list.end(), [&](const Str& s) { return view(s) == name; });
}

// Attributes that spans are told apart by.
struct Dimensions {
  std::vector<const SpanmetricsDimension*> names;
  std::vector<const Regex*> globs;

  explicit Dimensions(const List<SpanmetricsDimension>& list) {
    for (const SpanmetricsDimension& d : list) {
      if (view(d.glob).empty()) names.push_back(&d);
      else if (const Regex* r = compile_regex(regex::pattern_of_glob(view(d.glob), '.'))) globs.push_back(r);
    }
  }
  bool any_glob(Text name) const {
    return std::any_of(globs.begin(), globs.end(), [&](const Regex* r) { return regex_match(*r, name); });
  }
};

// A dimension's value: an AnyValue, or the text that stands for it.
struct Found {
  Text name;
  Bytes any;
  Text text;
  bool is_text;
};

// Where dimensions are looked for, in this order.
struct Places {
  const Attributes* maps[3];
  int count;
};

const views::Message<views::AnyValue>* find_raw(const Attributes& attributes, Text key,
                                                views::Message<views::AnyValue>& out) {
  for (const views::KeyValue& a : attributes) {
    if (a.key != key) continue;
    out = a.value;
    return &out;
  }
  return nullptr;
}

// What is counted of a resource.
struct Group {
  Group(const Runtime& runtime, const Shape& sums, const Shape& durations, Budget& b)
      : calls(runtime, sums, b), events(runtime, sums, b), histograms(runtime, durations, b), budget(b) {}
  ~Group() { budget.used -= charged; }

  Table calls, events, histograms;
  std::vector<uint8_t> attributes;  // as fields of a Resource
  int64_t seen = 0;
  Budget& budget;
  uint64_t charged = 0;
};

class SpanMetrics {
public:
  explicit SpanMetrics(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Spanmetrics*>(c.config)), runtime_(*c.runtime),
        dimensions_(config_.dimensions), calls_(config_.calls_dimensions), events_(config_.events.dimensions),
        durations_(config_.histogram.dimensions), groups_(*c.runtime), last_times_(*c.runtime),
        holder_(c, Signal::Metrics),
        timer_(*c.runtime->loop, [](void* self) { static_cast<SpanMetrics*>(self)->tick(); }, this) {
    runtime_.uuid(instance_);
    delta_ = view(config_.aggregation_temporality) == "AGGREGATION_TEMPORALITY_DELTA";
    sums_.delta = delta_;
    sums_.limit = static_cast<uint64_t>(config_.aggregation_cardinality_limit);
    if (config_.exemplars.enabled) sums_.most_examples = static_cast<uint64_t>(config_.exemplars.max_per_data_point);
    histogram_ = sums_;
    const auto& h = config_.histogram;
    const bool seconds = h.unit == config::SpanmetricsHistogramUnit::S;
    unit_ns_ = seconds ? 1e9 : 1e6;
    histogram_.kind = Kind::Histogram;
    if (h.exponential) {
      histogram_.kind = Kind::Exponential;
      const int64_t most = h.exponential->max_size;
      if (most != 0) histogram_.most_buckets = static_cast<int32_t>(most < 2 ? 2 : most > 16384 ? 16384 : most);
    } else if (h.explicit_) {
      for (int64_t ns : h.explicit_->buckets) histogram_.bounds.push_back(static_cast<double>(ns) / unit_ns_);
    } else {
      for (double ms : kDefaultBounds) histogram_.bounds.push_back(seconds ? ms / 1000 : ms);
    }
  }

  bool start() {
    timer_.in(config_.metrics_flush_interval);
    return true;
  }

  // Nobody is ever asked to wait: spans become numbers.
  Status consume(Payload* payload) {
    trace_state_ = {};
    adjusted_ = 1, is_adjusted_ = false;
    const auto now = static_cast<uint64_t>(runtime_.now_ns());
    for (const Slice& slice : payload->slices)
      for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
        const RawField f = next_field(p);
        if (f.number() == 1) count(views::ResourceSpans(f.content()), now);
      }
    trace_state_ = {};
    payload->clear();
    if (draining_) flush();
    return Status::Ok;
  }

  void drain() {
    draining_ = true;
    timer_.cancel();
    flush();
  }

  // What came while something was held is handed on after it.
  bool idle() {
    if (draining_ && holder_.idle() && fresh_) flush();
    return holder_.idle() && !(draining_ && fresh_);
  }

private:
  // ---- counting

  void count(const views::ResourceSpans& spans, uint64_t now) {
    const Bytes resource = spans.resource.bytes;
    const Attributes attributes = spans.resource.get().attributes;
    const auto service = find_attribute(attributes, "service.name");
    if (!service) return;
    service_ = string_of(*service);
    Group& group = group_of(resource, attributes, now);
    fresh_ = true;
    for (const views::ScopeSpans& scope : spans.scope_spans) {
      const views::InstrumentationScope about = scope.scope.get();
      for (const views::Span& span : scope.spans) count(group, attributes, about, span, now);
    }
  }

  void count(Group& group, const Attributes& resource, const views::InstrumentationScope& scope,
             const views::Span& span, uint64_t now) {
    const uint64_t from = span.start_time_unix_nano, to = span.end_time_unix_nano;
    const double took = to > from ? static_cast<double>(to - from) / unit_ns_ : 0;
    adjust(span.trace_state);
    const Places places{{&span.attributes, &resource}, 2};
    const bool example = config_.exemplars.enabled &&
                         std::any_of(span.trace_id.begin(), span.trace_id.end(), [](uint8_t b) { return b != 0; });
    add(group.calls, calls_, span, scope, places, took, example, now);
    if (!config_.histogram.disable) add(group.histograms, durations_, span, scope, places, took, example, now);
    if (!config_.events.enabled) return;
    for (const views::SpanEvent& event : span.events)
      add(group.events, events_, span, scope, {{&span.attributes, &event.attributes, &resource}, 3}, took, example,
          now);
  }

  void add(Table& table, const Dimensions& more, const views::Span& span, const views::InstrumentationScope& scope,
           const Places& places, double took, bool example, uint64_t now) {
    found_.clear();
    look(dimensions_, places);
    look(more, places);
    write_key(span);
    bool overflow;
    Series& s = table.get(key_.bytes(), now, overflow,
                          [&](Writer& out) { write_attributes(out, table.shape().attributes_field(), span, scope); });
    if (overflow && budget_.full() && !told_full_) {
      told_full_ = true;
      runtime_.log->warn("no memory for more series: the others are counted as otel.metric.overflow",
                         {{"connector", context_.id}, {"bytes", kMostBytes}});
    }
    if (example && !overflow) table.add_example(s, span.trace_id, span.span_id, took);
    table.observe(s, took, adjusted_);
  }

  // How many spans this one stands for, by the threshold of its sampler. A share of one is drawn.
  void adjust(Text trace_state) {
    if (trace_state == trace_state_) return;
    trace_state_ = trace_state;
    adjusted_ = 1, is_adjusted_ = false;
    sampling::TraceState state;
    if (trace_state.find("ot=") == Text::npos || !state.parse(trace_state) || !state.threshold.present) return;
    const uint64_t passing = sampling::kNever - state.threshold.value;
    if (passing == 0) return;
    is_adjusted_ = true;
    adjusted_ = sampling::kNever / passing;
    const uint64_t rest = sampling::kNever % passing;
    uint64_t drawn;
    runtime_.random(&drawn, sizeof drawn);
    if (rest > 0 && drawn % passing < rest) ++adjusted_;
  }

  // Appends the dimensions that this span has to `found_`.
  void look(const Dimensions& dimensions, const Places& places) {
    for (const SpanmetricsDimension* d : dimensions.names) {
      views::Message<views::AnyValue> value;
      bool there = false;
      for (int i = 0; i < places.count && !there; ++i) there = find_raw(*places.maps[i], view(d->name), value);
      if (there) found_.push_back({view(d->name), value.bytes, {}, false});
      else if (d->default_) found_.push_back({view(d->name), {}, view(*d->default_), true});
    }
    if (dimensions.globs.empty()) return;
    // By name, the span's own first; what others have by the same name counts for nothing.
    size_t own_end = found_.size();
    for (int i = 0; i < places.count; ++i) {
      const size_t begin = i == 0 ? found_.size() : own_end;
      for (const views::KeyValue& a : *places.maps[i]) {
        if (!dimensions.any_glob(a.key)) continue;
        bool known = false;
        for (int k = 0; k < i && !known; ++k) {
          views::Message<views::AnyValue> other;
          known = find_raw(*places.maps[k], a.key, other) != nullptr;
        }
        if (!known) found_.push_back({a.key, a.value.bytes, {}, false});
      }
      std::sort(found_.begin() + static_cast<ptrdiff_t>(begin), found_.end(),
                [](const Found& a, const Found& b) { return a.name < b.name; });
      if (i == 0) own_end = found_.size();
    }
  }

  void part(Text text, bool separated = true) {
    if (separated) key_.byte(0);
    key_.append(text);
  }

  // The key of a series: values, one behind the other.
  void write_key(const views::Span& span) {
    key_.clear();
    if (!left_out("service.name")) part(service_, false);
    if (!left_out("span.name")) part(span.name);
    if (!left_out("span.kind")) part(named(kSpanKinds, span.kind));
    if (!left_out("status.code")) part(named(kStatusCodes, span.status.get().code));
    for (const Found& f : found_) {
      part(f.name);
      key_.byte(':');
      if (f.is_text) key_.append(f.text);
      else append_as_string(key_, views::AnyValue(f.any));
    }
    if (config_.enable_metrics_sampling_method) part(method());
  }

  void write_attributes(Writer& out, uint32_t field, const views::Span& span,
                        const views::InstrumentationScope& scope) {
    std::vector<Found> all;
    auto put = [&](const Found& f) {
      for (Found& known : all)
        if (known.name == f.name) return void(known = f);
      all.push_back(f);
    };
    auto text = [&](Text name, Text value) { put({name, {}, value, true}); };
    if (!left_out("service.name")) text("service.name", service_);
    if (!left_out("span.name")) text("span.name", span.name);
    if (!left_out("span.kind")) text("span.kind", named(kSpanKinds, span.kind));
    if (!left_out("status.code")) text("status.code", named(kStatusCodes, span.status.get().code));
    if (!left_out("collector.instance.id")) text("collector.instance.id", instance_);
    if (!scope.name.empty() && has(config_.include_instrumentation_scope, scope.name)) {
      text("span.instrumentation.scope.name", scope.name);
      if (!scope.version.empty()) text("span.instrumentation.scope.version", scope.version);
    }
    if (config_.enable_metrics_sampling_method) text("sampling.method", method());
    for (const Found& f : found_) put(f);
    for (const Found& f : all) {
      if (f.is_text) put_text_attribute(out, field, f.name, f.text);
      else put_any_attribute(out, field, f.name, f.any);
    }
  }

  Text method() const { return is_adjusted_ ? "extrapolated" : "counted"; }
  bool left_out(Text name) const { return has(config_.exclude_dimensions, name); }

  // ---- resources

  // What a resource is known by: its attributes by name, or those of them that tell resources apart.
  void write_group_key(const Attributes& attributes) {
    sorted_.clear();
    const List<Str>& only = config_.resource_metrics_key_attributes;
    for (const views::KeyValue& a : attributes)
      if (only.size == 0 || has(only, a.key)) sorted_.push_back(a);
    std::sort(sorted_.begin(), sorted_.end(),
              [](const views::KeyValue& a, const views::KeyValue& b) { return a.key < b.key; });
    key_.clear();
    for (const views::KeyValue& a : sorted_) {
      put_len(key_, 1, as_bytes(a.key));
      const views::AnyValue value = a.value.get();
      key_.byte(static_cast<uint8_t>(value.value_case));
      Writer text;
      append_as_string(text, value);
      put_len(key_, 2, text.bytes());
    }
  }

  Group& group_of(Bytes resource, const Attributes& attributes, uint64_t now) {
    write_group_key(attributes);
    Group* g = groups_.find(key_.bytes());
    if (!g && budget_.full()) {
      // All resources that there is no memory for.
      key_.clear();
      key_.byte(0xFF);
      resource = {};
      g = groups_.find(key_.bytes());
    }
    if (!g) {
      auto made = std::make_unique<Group>(runtime_, sums_, histogram_, budget_);
      for (const uint8_t *p = resource.data(), *end = p + resource.size(); p < end;) {
        const RawField f = next_field(p);
        if (f.number() == 1) made->attributes.insert(made->attributes.end(), f.begin, f.end);
      }
      made->charged = sizeof(Group) + kResource + 2 * key_.size() + made->attributes.size();
      budget_.used += made->charged;
      g = &groups_.add(key_.bytes(), std::move(made));
    }
    // Those that are too many are handed on once more, and come back if a span of theirs comes before.
    while (groups_.size() > static_cast<uint64_t>(config_.resource_metrics_cache_size)) groups_.retire_oldest();
    g->seen = static_cast<int64_t>(now);
    return *g;
  }

  // ---- handing on

  void tick() {
    timer_.at(timer_.due() + config_.metrics_flush_interval);
    flush();
  }

  void flush() {
    if (!holder_.idle() || groups_.empty()) return;
    const auto now = static_cast<uint64_t>(runtime_.now_ns());
    fresh_ = false;
    Writer out;
    groups_.each([&](Recent<Group>::Node& node) { write(out, node, now); });
    forget(static_cast<int64_t>(now));
    holder_.give(record::payload_of(Signal::Metrics, out));
  }

  void write(Writer& out, Recent<Group>::Node& node, uint64_t now) {
    Group& group = *node.value;
    touched_.clear();
    const size_t whole = begin_len(out, 1);
    const size_t resource = begin_len(out, 1);
    out.append(Bytes(group.attributes.data(), group.attributes.size()));
    end_len(out, resource);
    const size_t scopes = begin_len(out, 2);
    const size_t scope = begin_len(out, 1);
    put_len(out, 1, as_bytes(Text("spanmetricsconnector")));
    end_len(out, scope);
    write(out, "calls", "", group.calls, node, now);
    if (!config_.histogram.disable) write(out, "duration", unit_ns_ == 1e9 ? "s" : "ms", group.histograms, node, now);
    if (config_.events.enabled) write(out, "events", "", group.events, node, now);
    end_len(out, scopes);
    end_len(out, whole);
    for (uint64_t* time : touched_) *time = now;
    const uint64_t most =
        config_.metric_timestamp_cache_size ? static_cast<uint64_t>(*config_.metric_timestamp_cache_size) : 1000;
    while (delta_ && last_times_.size() > most) last_times_.drop_oldest();
  }

  void write(Writer& out, Text name, Text unit, Table& table, Recent<Group>::Node& node, uint64_t now) {
    const size_t metric = begin_len(out, 2);
    const size_t at = begin_len(out, 1);
    if (!view(config_.namespace_).empty()) {
      out.append(view(config_.namespace_));
      out.byte('.');
    }
    out.append(name);
    end_len(out, at);
    if (!unit.empty()) put_len(out, 3, as_bytes(unit));
    table.write(out, now, [&](const Series& s) { return start_of(node, s); });
    end_len(out, metric);
  }

  // Values since the last time begin where those before ended, if that is still known.
  uint64_t start_of(const Recent<Group>::Node& node, const Series& s) {
    if (!delta_) return s.start;
    key_.clear();
    put_varint(key_, node.key.size());
    key_.append(Bytes(node.key.data(), node.key.size()));
    key_.append(Bytes(s.key.data(), s.key.size()));
    uint64_t* last = last_times_.find(key_.bytes());
    const uint64_t start = last && *last != 0 ? *last : s.start;
    if (!last) last = &last_times_.add(key_.bytes(), std::make_unique<uint64_t>(0));
    touched_.push_back(last);
    return start;
  }

  void forget(int64_t now) {
    if (delta_) return groups_.clear();
    groups_.drop_retired();
    groups_.each([&](Recent<Group>::Node& node) {
      Group& g = *node.value;
      for (Table* t : {&g.calls, &g.histograms, &g.events}) {
        t->forget_examples();
        if (config_.series_expiration > 0) t->expire(now - config_.series_expiration);
      }
    });
    // They are handed on once more, as the reference does it.
    if (config_.metrics_expiration > 0)
      groups_.retire_if([&](const Group& g) { return now - g.seen >= config_.metrics_expiration; });
  }

  const ComponentContext& context_;
  const config::Spanmetrics& config_;
  Runtime& runtime_;
  Dimensions dimensions_, calls_, events_, durations_;
  Shape sums_, histogram_;
  Budget budget_{kMostBytes};
  Recent<Group> groups_;
  Recent<uint64_t> last_times_;  // of series that are handed on as differences
  Holder holder_;
  Timer timer_;
  char instance_[37];
  double unit_ns_ = 1e6;
  bool delta_ = false, draining_ = false, told_full_ = false;
  bool fresh_ = false;  // something came since the last flush

  // While a span is counted.
  Text service_, trace_state_;
  uint64_t adjusted_ = 1;
  bool is_adjusted_ = false;
  std::vector<Found> found_;
  std::vector<views::KeyValue> sorted_;
  Writer key_;
  std::vector<uint64_t*> touched_;  // while a resource is written
};

}  // namespace

extern "C" Status connector_spanmetrics_consume(void* self, Payload* payload) {
  return static_cast<SpanMetrics*>(self)->consume(payload);
}

extern "C" const ComponentOps connector_spanmetrics_ops = {
    .create = [](const ComponentContext* context) -> void* { return new SpanMetrics(*context); },
    .start = [](void* self) { return static_cast<SpanMetrics*>(self)->start(); },
    .drain = [](void* self) { static_cast<SpanMetrics*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<SpanMetrics*>(self)->idle(); },
};

}  // namespace whittle
