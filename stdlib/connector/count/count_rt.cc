// SPDX-License-Identifier: Apache-2.0
// Numbers of spans, events, metrics, data points and log records of each request, by resource and by attributes, as
// sums since the last time (contrib's countconnector). Nothing is kept from one request to the next: what the pipelines
// behind answer is the answer.
#include "runtime/base/keyed.h"
#include "runtime/base/payload.h"
#include "runtime/pipeline/room.h"
#include "runtime/record/conditions.h"
#include "runtime/record/reshape.h"
#include "runtime/wire/attributes.h"
#include "stdlib/connector/count/count_config.h"

namespace whittle {
namespace {

using namespace wire;
using record::Answer;
using record::Asker;
using record::Kind;

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector";

void put_attribute(Writer& out, uint32_t field, Text key, Bytes any) {
  const size_t at = begin_len(out, field);
  put_len(out, 1, as_bytes(key));
  put_len(out, 2, any);
  end_len(out, at);
}

void put_scalar(Writer& any, const Any& value) {
  switch (value.kind) {
  case AnyKind::Null: break;
  case AnyKind::Bool:
    put_tag(any, 2, kVarint);
    put_varint(any, value.bits);
    break;
  case AnyKind::Int:
    put_tag(any, 3, kVarint);
    put_varint(any, value.bits);
    break;
  case AnyKind::Double:
    put_tag(any, 4, kI64);
    put_i64(any, value.bits);
    break;
  case AnyKind::String: put_len(any, 1, as_bytes(view(value.text))); break;
  }
}

// Where attributes are looked for, in this order.
struct Places {
  const Attributes* maps[3];
  int count;
};

// One metric that counts.
class Number {
public:
  Number(const Runtime& runtime, Text name, Text description, List<config::CountAttribute> attributes = {},
         record::Conditions conditions = {})
      : name_(name), description_(description), attributes_(attributes), conditions_(conditions), index_(runtime) {}

  bool empty() const { return slots_.empty(); }

  // False: a condition failed.
  bool add(const Places& places, Asker& asker) {
    key_.clear();
    made_.clear();
    for (const config::CountAttribute& a : attributes_)
      if (!append(places, a)) return true;  // what lacks an attribute is not counted, and not asked about
    if (conditions_.any())
      if (const Answer answer = asker.ask(conditions_); answer != Answer::Yes) return answer == Answer::No;
    if (attributes_.size == 0) {
      if (slots_.empty()) slots_.emplace_back();
      ++slots_[0].count;
      return true;
    }
    bool made;
    size_t& at = index_.get(key_.bytes(), made);
    if (made) {
      at = slots_.size();
      slots_.emplace_back();
      slots_.back().attributes.append(made_.bytes());
    }
    ++slots_[at].count;
    return true;
  }

  // Appends the metric, if there is something, and forgets it.
  void write(Writer& out, uint64_t from, uint64_t to) {
    if (slots_.empty()) return;
    const size_t metric = begin_len(out, 2);
    put_len(out, 1, as_bytes(name_));
    if (!description_.empty()) put_len(out, 2, as_bytes(description_));
    const size_t sum = begin_len(out, 7);
    for (const Slot& s : slots_) {
      const size_t point = begin_len(out, 1);
      put_tag(out, 2, kI64);
      put_i64(out, from);
      put_tag(out, 3, kI64);
      put_i64(out, to);
      put_tag(out, 6, kI64);
      put_i64(out, s.count);
      out.append(s.attributes.bytes());
      end_len(out, point);
    }
    put_tag(out, 2, kVarint);
    put_varint(out, 1);
    put_tag(out, 3, kVarint);
    put_varint(out, 1);
    end_len(out, sum);
    end_len(out, metric);
    forget();
  }

  void forget() {
    slots_.clear();
    index_.erase_if([](size_t) { return true; });
  }

private:
  struct Slot {
    Writer attributes;  // as fields of a data point
    uint64_t count = 0;
  };

  // False: there is no such attribute, and no value for those without it.
  bool append(const Places& places, const config::CountAttribute& a) {
    const Text key = view(a.key);
    for (int i = 0; i < places.count; ++i)
      for (const views::KeyValue& kv : *places.maps[i])
        if (kv.key == key) return append(key, kv.value.bytes), true;
    if (a.default_value.kind == AnyKind::Null) return false;
    Writer any;
    put_scalar(any, a.default_value);
    append(key, any.bytes());
    return true;
  }

  void append(Text key, Bytes any) {
    const views::AnyValue value(any);
    Writer text;
    append_as_string(text, value);
    key_.byte(static_cast<uint8_t>(value.value_case));
    put_len(key_, 1, text.bytes());
    put_attribute(made_, 7, key, any);
  }

  Text name_, description_;
  List<config::CountAttribute> attributes_;
  record::Conditions conditions_;
  Keyed<size_t> index_;  // of slots, by the values of the attributes
  std::vector<Slot> slots_;
  Writer key_, made_;
};

// Metrics that count the same kind of thing, and the time that those are of.
class Numbers {
public:
  template <class M>
  Numbers(const Runtime& runtime, const List<Entry<M>>& metrics, Text name, Text description) : runtime_(runtime) {
    for (const Entry<M>& e : metrics)
      numbers_.emplace_back(runtime, view(e.key), view(e.value.description), e.value.attributes, e.value.conditions);
    if (numbers_.empty()) numbers_.emplace_back(runtime, name, description);
  }

  void seen_at(uint64_t time) {
    if (time == 0) return;
    if (from_ == 0 || time < from_) from_ = time;
    if (time > to_) to_ = time;
  }
  // False: a condition failed.
  bool add(const Places& places, Asker& asker) {
    for (Number& n : numbers_)
      if (!n.add(places, asker)) return false;
    return true;
  }
  void forget() {
    for (Number& n : numbers_) n.forget();
    from_ = to_ = 0;
  }
  bool empty() const {
    for (const Number& n : numbers_)
      if (!n.empty()) return false;
    return true;
  }
  void write(Writer& out) {
    if (from_ == 0) from_ = to_ = static_cast<uint64_t>(runtime_.now_ns());
    for (Number& n : numbers_) n.write(out, from_, to_);
    from_ = to_ = 0;
  }

private:
  const Runtime& runtime_;
  std::vector<Number> numbers_;
  uint64_t from_ = 0, to_ = 0;
};

class Count {
public:
  explicit Count(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Count*>(c.config)),
        spans_(*c.runtime, config_.spans, "trace.span.count", "The number of spans observed."),
        events_(*c.runtime, config_.spanevents, "trace.span.event.count", "The number of span events observed."),
        metrics_(*c.runtime, config_.metrics, "metric.count", "The number of metrics observed."),
        points_(*c.runtime, config_.datapoints, "metric.datapoint.count", "The number of data points observed."),
        logs_(*c.runtime, config_.logs, "log.record.count", "The number of log records observed.") {}

  Status consume(Payload* payload) {
    Writer out;
    Asker asker(*context_.runtime, &payload->metadata);
    for (const Slice& slice : payload->slices)
      for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
        const RawField f = next_field(p);
        if (f.number() != 1) continue;
        asker.at_resource(f.content());
        bool well = false;
        switch (payload->signal) {
        case Signal::Traces: well = count(views::ResourceSpans(f.content()), asker, out); break;
        case Signal::Metrics: well = count(views::ResourceMetrics(f.content()), asker, out); break;
        case Signal::Logs: well = count(views::ResourceLogs(f.content()), asker, out); break;
        }
        if (well) continue;
        for (Numbers* n : {&spans_, &events_, &metrics_, &points_, &logs_}) n->forget();
        return Status::Invalid;
      }
    return record::hand_on(context_.out[static_cast<uint32_t>(Signal::Metrics)], payload,
                           record::payload_of(Signal::Metrics, out));
  }

private:
  // Calls with each message, as a view and as bytes. False as soon as one call gives that.
  template <class T, class F>
  static bool each(const views::Repeated<T>& all, F f) {
    for (auto i = all.begin(); i != all.end(); ++i)
      if (!f(*i, i.bytes())) return false;
    return true;
  }

  // These give false where a condition failed.
  bool count(const views::ResourceSpans& group, Asker& asker, Writer& out) {
    const Attributes resource = group.resource.get().attributes;
    const bool well = each(group.scope_spans, [&](const views::ScopeSpans& scope, Bytes scope_bytes) {
      asker.at_scope(scope_bytes);
      const Attributes own = scope.scope.get().attributes;
      return each(scope.spans, [&](const views::Span& s, Bytes span_bytes) {
        asker.at_record(Kind::Span, span_bytes);
        spans_.seen_at(s.start_time_unix_nano);
        spans_.seen_at(s.end_time_unix_nano);
        if (!spans_.add({{&s.attributes, &own, &resource}, 3}, asker)) return false;
        uint32_t index = 0;
        return each(s.events, [&](const views::SpanEvent& e, Bytes event_bytes) {
          asker.at_inner(Kind::Event, event_bytes, index++);
          events_.seen_at(e.time_unix_nano);
          return events_.add({{&e.attributes, &own, &resource}, 3}, asker);
        });
      });
    });
    if (well) write(group.resource.bytes, spans_, &events_, out);
    return well;
  }

  bool count(const views::ResourceMetrics& group, Asker& asker, Writer& out) {
    const Attributes resource = group.resource.get().attributes;
    const bool well = each(group.scope_metrics, [&](const views::ScopeMetrics& scope, Bytes scope_bytes) {
      asker.at_scope(scope_bytes);
      const Attributes own = scope.scope.get().attributes;
      auto points = [&](Kind kind, const auto& all) {
        uint32_t index = 0;
        return each(all, [&](const auto& p, Bytes point_bytes) {
          asker.at_inner(kind, point_bytes, index++);
          points_.seen_at(p.time_unix_nano);
          return points_.add({{&p.attributes, &own, &resource}, 3}, asker);
        });
      };
      return each(scope.metrics, [&](const views::Metric& m, Bytes metric_bytes) {
        asker.at_record(Kind::Metric, metric_bytes);
        if (!metrics_.add({{&own, &resource}, 2}, asker)) return false;
        using Case = views::Metric::DataCase;
        switch (m.data_case) {
        case Case::None: break;
        case Case::Gauge: return points(Kind::NumberPoint, views::Gauge(m.gauge).data_points);
        case Case::Sum: return points(Kind::NumberPoint, views::Sum(m.sum).data_points);
        case Case::Histogram: return points(Kind::HistogramPoint, views::Histogram(m.histogram).data_points);
        case Case::ExponentialHistogram:
          return points(Kind::ExponentialPoint, views::ExponentialHistogram(m.exponential_histogram).data_points);
        case Case::Summary: return points(Kind::SummaryPoint, views::Summary(m.summary).data_points);
        }
        return true;
      });
    });
    if (well) write(group.resource.bytes, metrics_, &points_, out);
    return well;
  }

  bool count(const views::ResourceLogs& group, Asker& asker, Writer& out) {
    const Attributes resource = group.resource.get().attributes;
    const bool well = each(group.scope_logs, [&](const views::ScopeLogs& scope, Bytes scope_bytes) {
      asker.at_scope(scope_bytes);
      const Attributes own = scope.scope.get().attributes;
      return each(scope.log_records, [&](const views::LogRecord& r, Bytes record_bytes) {
        asker.at_record(Kind::Log, record_bytes);
        logs_.seen_at(r.time_unix_nano);
        return logs_.add({{&r.attributes, &own, &resource}, 3}, asker);
      });
    });
    if (well) write(group.resource.bytes, logs_, nullptr, out);
    return well;
  }

  static void write(Bytes resource, Numbers& first, Numbers* second, Writer& out) {
    if (first.empty() && (!second || second->empty())) {  // the times are not those of the next resource
      first.forget();
      if (second) second->forget();
      return;
    }
    const size_t group = begin_len(out, 1);
    const size_t about = begin_len(out, 1);
    for (const uint8_t *p = resource.data(), *end = p + resource.size(); p < end;)
      if (const RawField f = next_field(p); f.number() == 1) out.append(f.whole());
    end_len(out, about);
    const size_t scope = begin_len(out, 2);
    const size_t name = begin_len(out, 1);
    put_len(out, 1, as_bytes(kScope));
    end_len(out, name);
    first.write(out);
    if (second) second->write(out);
    end_len(out, scope);
    end_len(out, group);
  }

  const ComponentContext& context_;
  const config::Count& config_;
  Numbers spans_, events_, metrics_, points_, logs_;
};

}  // namespace

extern "C" Status connector_count_consume(void* self, Payload* payload) {
  return static_cast<Count*>(self)->consume(payload);
}

extern "C" const ComponentOps connector_count_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Count(*context); },
};

}  // namespace whittle
