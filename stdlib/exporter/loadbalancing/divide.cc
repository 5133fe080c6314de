// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/loadbalancing/divide.h"

#include "runtime/base/keyed.h"
#include "runtime/record/attributes.h"
#include "runtime/record/items.h"
#include "runtime/record/reshape.h"
#include "runtime/record/split_traces.h"
#include "stdlib/exporter/loadbalancing/key.h"

namespace whittle {

namespace {

using namespace record;
using Key = config::LoadbalancingRoutingKey;

uint32_t attributes_of(Signal signal) {
  return signal == Signal::Traces ? 9 : 6;
}

// The part of one server: whole groups as they came, and groups that are written for it, of which the innermost is
// open.
class Part {
public:
  // `copied` counts bytes that are in several parts.
  Part(Signal signal, uint64_t& copied) : out_(signal), copied_(&copied) {}

  void group(const Slice& slice, const wire::RawField& group) {
    flush();
    out_.add({slice.owner, group.whole()});
    out_.items += items_of_group(out_.signal, group.content());
  }
  void scope(const wire::RawField& group, const wire::RawField& scope) {
    open_group(group);
    made_.append(scope.whole());
    fields_of(scope.content(), [&](const wire::RawField& f) {
      if (f.number() == kRecords) out_.items += items_of_record(out_.signal, f.content());
    });
  }
  void record(const wire::RawField& group, const wire::RawField& scope, const wire::RawField& record) {
    open_scope(group, scope);
    made_.append(record.whole());
    out_.items += items_of_record(out_.signal, record.content());
  }
  // `data`: the field of the metric with its data points.
  void point(const wire::RawField& group, const wire::RawField& scope, const wire::RawField& metric,
             const wire::RawField& data, const wire::RawField& point) {
    open_metric(group, scope, metric, data);
    made_.append(point.whole());
    ++out_.items;
  }

  Payload take() {
    flush();
    return static_cast<Payload&&>(out_);
  }

private:
  // A message that is written field by field, and the one that it is a part of.
  struct Open {
    const uint8_t* of = nullptr;
    size_t start = 0;
  };
  // What all parts of `from` have, as the beginning of the field `number`.
  void begin(Open& open, const wire::RawField& from, uint32_t number, uint32_t without) {
    open = {from.begin, wire::begin_len(made_, number)};
    fields_of(from.content(), [&](const wire::RawField& f) {
      if (f.number() != without) made_.append(f.whole());
    });
    *copied_ += made_.size() - open.start;
  }
  void end(Open& open) {
    if (open.of) wire::end_len(made_, open.start);
    open.of = nullptr;
  }
  void end_metric() {
    end(data_);
    end(metric_);
  }
  void end_scope() {
    end_metric();
    end(scope_);
  }

  void open_group(const wire::RawField& group) {
    end_scope();
    if (group_.of == group.begin) return;
    end(group_);
    begin(group_, group, 1, kScopes);
  }
  void open_scope(const wire::RawField& group, const wire::RawField& scope) {
    end_metric();
    if (scope_.of == scope.begin) return;
    open_group(group);
    begin(scope_, scope, kScopes, kRecords);
  }
  void open_metric(const wire::RawField& group, const wire::RawField& scope, const wire::RawField& metric,
                   const wire::RawField& data) {
    if (metric_.of == metric.begin) return;
    open_scope(group, scope);
    begin(metric_, metric, kRecords, data.number());
    begin(data_, data, data.number(), metric::kPoints);
  }
  void flush() {
    end_scope();
    end(group_);
    if (made_.empty()) return;
    const BufferRef buffer = BufferRef::copy(made_.bytes());
    out_.add({buffer, {buffer.data(), made_.size()}});
    made_.clear();
  }

  Payload out_;
  uint64_t* copied_;
  Writer made_;
  Open group_, scope_, metric_, data_;
};

class Division {
public:
  Division(const Runtime& runtime, const config::Loadbalancing& config, const Ring& ring, Signal signal)
      : runtime_(runtime), config_(config), ring_(ring), signal_(signal), key_of_(config.routing_key) {
    if (key_of_ == Key::Empty) key_of_ = signal == Signal::Traces ? Key::TraceID : Key::Service;
    uint32_t last = 0;
    for (const Ring::Spot& s : ring.spots()) last = std::max(last, s.name);
    for (uint32_t i = 0; i <= last; ++i) parts_.emplace_back(signal, copied_);
  }

  void take(const Slice& slice, const wire::RawField& group) {
    arena_.reset();
    if (signal_ == Signal::Traces) return key_of_ == Key::TraceID ? by_trace(group) : by_first_span(group);
    switch (key_of_) {
    case Key::Service:
      return whole(slice, group,
                   [&](const Message& resource) { key_.append(attribute_text(resource, 1, "service.name")); });
    case Key::Resource:
      return whole(slice, group, [&](const Message& resource) { Identity::append_resource(key_, resource); });
    case Key::Attributes: return by_attributes(slice, group);
    case Key::TraceID:
      return each_record(group, [&](const wire::RawField& scope, const wire::RawField& record) {
        key_.clear();
        append_trace(Message(arena_, record.content()).content(9));
        part().record(group, scope, record);
      });
    case Key::Metric:
      return each_record(group, [&](const wire::RawField& scope, const wire::RawField& record) {
        key_.clear();
        key_.append(Message(arena_, record.content()).content(metric::kName));
        part().record(group, scope, record);
      });
    default: return by_stream(group);
    }
  }
  bool too_large() const { return copied_ > kMostDivided; }
  void give(std::vector<Payload>& out) {
    out.clear();
    for (Part& p : parts_) out.push_back(p.take());
  }

private:
  Part& part() { return parts_[ring_.at(key_.bytes())]; }

  template <class F>
  void each_scope(const wire::RawField& group, F f) {
    fields_of(group.content(), [&](const wire::RawField& scope) {
      if (scope.number() == kScopes && !too_large()) f(scope);
    });
  }
  template <class F>
  void each_record(const wire::RawField& group, F f) {
    each_scope(group, [&](const wire::RawField& scope) {
      fields_of(scope.content(), [&](const wire::RawField& record) {
        if (record.number() == kRecords && !too_large()) f(scope, record);
      });
    });
  }
  // Calls with the data of a metric, and each of its points.
  template <class F>
  void each_point(const wire::RawField& metric, F f) {
    const uint32_t number = metric::data_of(Message(arena_, metric.content()));
    if (number == 0) return;
    wire::RawField data{};
    fields_of(metric.content(), [&](const wire::RawField& d) {
      if (d.number() == number) data = d;
    });
    fields_of(data.content(), [&](const wire::RawField& point) {
      if (point.number() == metric::kPoints && !too_large()) f(data, point);
    });
  }
  template <class F>
  void whole(const Slice& slice, const wire::RawField& group, F append_key) {
    key_.clear();
    append_key(Message(arena_, Message(arena_, group.content()).content(kResource)));
    part().group(slice, group);
  }

  void by_trace(const wire::RawField& group) {
    each_record(group, [&](const wire::RawField& scope, const wire::RawField& span) {
      parts_[ring_.at(trace_of(span.content()))].record(group, scope, span);
    });
  }

  // In hexadecimal. Records of no trace go anywhere.
  void append_trace(Bytes id) {
    static constexpr uint8_t kNone[16] = {};
    uint8_t random[16] = {};
    if (id.size() != 16 || memcmp(id.data(), kNone, 16) == 0) {
      runtime_.random(random, 4);
      id = random;
    }
    for (const uint8_t b : id) {
      key_.byte(static_cast<uint8_t>("0123456789abcdef"[b >> 4]));
      key_.byte(static_cast<uint8_t>("0123456789abcdef"[b & 15]));
    }
  }

  static Text kind_of(uint64_t kind) {
    static constexpr Text kNames[] = {"Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"};
    return kind < std::size(kNames) ? kNames[kind] : Text();
  }

  // The spans of a trace within a scope stay together: the first of them has the attributes.
  void by_first_span(const wire::RawField& group) {
    static constexpr Str kService[] = {{"service.name", 12}};
    const List<Str> names = key_of_ == Key::Service ? List<Str>{kService, 1} : config_.routing_attributes;
    const Message resource(arena_, Message(arena_, group.content()).content(kResource));
    each_scope(group, [&](const wire::RawField& scope) {
      Keyed<uint32_t> traces(runtime_);
      const Message own(arena_, Message(arena_, scope.content()).content(kScope));
      fields_of(scope.content(), [&](const wire::RawField& span) {
        if (span.number() != kRecords || too_large()) return;
        bool made = false;
        uint32_t& server = traces.get(trace_of(span.content()), made);
        if (made) {
          key_.clear();
          for (const Str name : names) append_span_part(resource, own, span, view(name));
          server = ring_.at(key_.bytes());
        }
        parts_[server].record(group, scope, span);
      });
    });
  }
  void append_span_part(const Message& resource, const Message& scope, const wire::RawField& span, Text name) {
    ottl::Value v;
    if (get_attribute(resource, 1, name, &v) || get_attribute(scope, 3, name, &v)) return append_part(key_, name, &v);
    const Message m(arena_, span.content());
    const bool kind = name == "span.kind";
    if (kind || name == "span.name") {
      v = ottl::text(kind ? kind_of(m.varint(6)) : m.text(5));
      return append_part(key_, name, &v);
    }
    append_part(key_, name, get_attribute(m, attributes_of(Signal::Traces), name, &v) ? &v : nullptr);
  }

  // Moves those of `names` that `of` has to the key.
  void append_known(std::vector<Text>& names, const Message& of, uint32_t field) {
    std::erase_if(names, [&](Text name) {
      ottl::Value v;
      if (!get_attribute(of, field, name, &v)) return false;
      append_part(key_, name, &v);
      return true;
    });
  }

  void by_attributes(const Slice& slice, const wire::RawField& group) {
    key_.clear();
    std::vector<Text> names;
    for (const Str name : config_.routing_attributes) names.push_back(view(name));
    append_known(names, Message(arena_, Message(arena_, group.content()).content(kResource)), 1);
    if (names.empty()) return part().group(slice, group);
    const size_t of_resource = key_.size();
    each_scope(group, [&](const wire::RawField& scope) {
      key_.truncate(of_resource);
      std::vector<Text> left = names;
      append_known(left, Message(arena_, Message(arena_, scope.content()).content(kScope)), 3);
      if (left.empty()) return part().scope(group, scope);
      const size_t of_scope = key_.size();
      fields_of(scope.content(), [&](const wire::RawField& record) {
        if (record.number() != kRecords || too_large()) return;
        if (signal_ == Signal::Logs) {
          key_.truncate(of_scope);
          for (Text name : left) append_log_part(record, name);
          return part().record(group, scope, record);
        }
        each_point(record, [&](const wire::RawField& data, const wire::RawField& point) {
          key_.truncate(of_scope);
          const Message m(arena_, point.content());
          for (Text name : left) {
            ottl::Value v;
            append_part(key_, name, get_attribute(m, metric::attributes_of(data.number()), name, &v) ? &v : nullptr);
          }
          part().point(group, scope, record, data, point);
        });
      });
    });
  }
  void append_log_part(const wire::RawField& record, Text name) {
    const Message m(arena_, record.content());
    ottl::Value v;
    if (name == "log.severity") v = ottl::text(m.text(3));
    else if (name == "log.body") v = ottl::from_any(m.content(5));
    else if (!get_attribute(m, attributes_of(Signal::Logs), name, &v)) return append_part(key_, name, nullptr);
    append_part(key_, name, &v);
  }

  void by_stream(const wire::RawField& group) {
    const Message resource(arena_, Message(arena_, group.content()).content(kResource));
    each_record(group, [&](const wire::RawField& scope, const wire::RawField& metric) {
      const Message m(arena_, metric.content());
      const uint32_t number = metric::data_of(m);
      const Identity identity(resource, Message(arena_, Message(arena_, scope.content()).content(kScope)), m, number,
                              Message(arena_, m.content(number)));
      each_point(metric, [&](const wire::RawField& data, const wire::RawField& point) {
        key_.clear();
        identity.append_stream(key_, Message(arena_, point.content()), metric::attributes_of(number));
        part().point(group, scope, metric, data, point);
      });
    });
  }

  const Runtime& runtime_;
  const config::Loadbalancing& config_;
  const Ring& ring_;
  const Signal signal_;
  Key key_of_;
  Arena arena_;
  Writer key_;
  uint64_t copied_ = 0;
  std::vector<Part> parts_;
};

}  // namespace

bool divide(const Runtime& runtime, const config::Loadbalancing& config, const Ring& ring, const Payload& in,
            std::vector<Payload>& parts) {
  Division division(runtime, config, ring, in.signal);
  for (const Slice& slice : in.slices)
    for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
      const wire::RawField group = wire::next_field(p);
      if (group.number() != 1) continue;
      division.take(slice, group);
      if (division.too_large()) return false;
    }
  division.give(parts);
  for (Payload& p : parts) {
    p.metadata = in.metadata;
    p.compact();
  }
  return true;
}

}  // namespace whittle
