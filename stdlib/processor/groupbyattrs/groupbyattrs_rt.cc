// SPDX-License-Identifier: Apache-2.0
// Moves attributes of records to their resource, and joins resources and scopes that are then the same.
#include "runtime/base/runtime.h"
#include "runtime/base/self_metrics.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/groupbyattrs/groupbyattrs_config.h"

namespace whittle {
namespace {

using namespace record;

// What is put together of one scope, and of one resource.
struct ScopeGroup {
  Message own;
  std::vector<Message> records;
};
struct ResourceGroup {
  Writer identity;
  Message resource;
  std::vector<ScopeGroup> scopes;
};

class Grouper {
public:
  explicit Grouper(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Groupbyattrs*>(c.config)) {}

  Status consume(Payload* payload) {
    signal_ = payload->signal;
    groups_.clear();
    for (const Slice& slice : payload->slices)
      for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
        const wire::RawField f = wire::next_field(p);
        if (f.number() == 1) take(f.content());
      }
    Writer out;
    for (ResourceGroup& g : groups_) write(g, out);
    const Status status = hand_on(context_.out[static_cast<uint32_t>(signal_)], payload, payload_of(signal_, out));
    groups_.clear();
    arena_.reset();
    return status;
  }

private:
  void take(Bytes content) {
    const Message group(arena_, content), resource(arena_, group.content(kResource));
    group.each(kScopes, [&](Bytes scope_content) {
      const Message scope(arena_, scope_content), own(arena_, scope.content(kScope));
      scope.each(kRecords, [&](Bytes record) {
        if (signal_ != Signal::Metrics) {
          Message m(arena_, record);
          place(resource, own, m, signal_ == Signal::Traces ? 9 : 6).records.push_back(m);
        } else {
          take_metric(resource, own, Message(arena_, record));
        }
      });
    });
  }

  // The scope that a record belongs to, out of which the attributes are taken.
  ScopeGroup& place(const Message& resource, const Message& own, Message& record, uint32_t number) {
    Message with(arena_);  // attributes alone: the reference forgets what else a resource has
    with.add_all(1, resource, 1);
    for (Str key : config_.keys) {
      ottl::Value v;
      if (!get_attribute(record, number, view(key), &v)) continue;
      put_attribute(arena_, with, 1, view(key), v);
    }
    for (Str key : config_.keys) {
      ottl::Value ignored;
      if (get_attribute(record, number, view(key), &ignored)) remove_attribute(record, number, view(key));
    }
    return scope_of(resource_of(with), own);
  }

  ResourceGroup& resource_of(const Message& resource) {
    Writer identity;
    append_identity(identity, resource, 1);
    for (ResourceGroup& g : groups_)
      if (g.identity.text() == identity.text()) return g;
    groups_.push_back({static_cast<Writer&&>(identity), resource, {}});
    return groups_.back();
  }
  ScopeGroup& scope_of(ResourceGroup& g, const Message& own) {
    for (ScopeGroup& s : g.scopes)
      if (s.own.text(1) == own.text(1) && s.own.text(2) == own.text(2)) return s;
    g.scopes.push_back({own, {}});
    return g.scopes.back();
  }

  // Each data point by itself, in a metric of the same name and type.
  void take_metric(const Message& resource, const Message& own, const Message& m) {
    const uint32_t data = metric::data_of(m);
    if (data == 0) return;
    const Message of(arena_, m.content(data));
    of.each(metric::kPoints, [&](Bytes content) {
      Message point(arena_, content);
      ScopeGroup& scope = place(resource, own, point, metric::attributes_of(data));
      Message& to = metric_of(scope, m, of, data);
      Message all(arena_, to.content(data));
      all.add(metric::kPoints, point);
      metric::set_data(to, data, all);
    });
  }
  Message& metric_of(ScopeGroup& scope, const Message& m, const Message& of, uint32_t data) {
    for (Message& other : scope.records)
      if (other.text(metric::kName) == m.text(metric::kName) && metric::data_of(other) == data) return other;
    Message made(arena_), with = of;
    for (uint32_t n : {metric::kName, metric::kDescription, metric::kUnit}) made.set_text(n, m.text(n));
    made.add_all(metric::kMetadata, m, metric::kMetadata);
    with.erase(metric::kPoints);
    metric::set_data(made, data, with);
    scope.records.push_back(made);
    return scope.records.back();
  }

  void write(const ResourceGroup& g, Writer& out) {
    const size_t start = wire::begin_len(out, 1);
    wire::put_len(out, kResource, g.resource.bytes());
    for (const ScopeGroup& s : g.scopes) {
      const size_t scope = wire::begin_len(out, kScopes);
      wire::put_len(out, kScope, s.own.bytes());
      for (const Message& m : s.records) wire::put_len(out, kRecords, m.bytes());
      wire::end_len(out, scope);
    }
    wire::end_len(out, start);
  }

  const ComponentContext& context_;
  const config::Groupbyattrs& config_;
  Signal signal_ = Signal::Traces;
  std::vector<ResourceGroup> groups_;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_groupbyattrs_consume(void* self, Payload* payload) {
  return static_cast<Grouper*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_groupbyattrs_ops = {
    [](const ComponentContext* context) -> void* { return new Grouper(*context); }};

}  // namespace whittle
