// SPDX-License-Identifier: Apache-2.0
// Moves attributes of records to their resource, and joins resources and scopes that are then the same.
#include "runtime/base/keyed.h"
#include "runtime/base/log.h"
#include "runtime/base/runtime.h"
#include "runtime/base/self_metrics.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/groupbyattrs/groupbyattrs_config.h"

namespace whittle {
namespace {

using namespace record;

// What a payload may become: each resource that is made has all of the one that its records came with.
constexpr uint64_t kMostGrouped = 32 << 20;

// A record, or a metric without its data.
struct Entry {
  Message own;
  uint32_t data_number = 0;
  Message data;  // of a metric, with its points
};
// What is put together of one scope, and of one resource.
struct ScopeGroup {
  Message own;
  std::vector<Entry> entries;
};
struct ResourceGroup {
  Message resource;
  std::vector<ScopeGroup> scopes;
};

// What a payload becomes.
class Grouping {
public:
  Grouping(const Runtime& runtime, const config::Groupbyattrs& config, Arena& arena, Signal signal)
      : config_(config), arena_(arena), signal_(signal), by_values_(runtime), by_identity_(runtime), by_scope_(runtime),
        by_metric_(runtime) {}

  void take(Bytes content) {
    ++taken_;
    const Message group(arena_, content), resource(arena_, group.content(kResource));
    group.each(kScopes, [&](Bytes scope_content) {
      const Message scope(arena_, scope_content), own(arena_, scope.content(kScope));
      scope.each(kRecords, [&](Bytes record) {
        if (too_large()) return;
        if (signal_ == Signal::Metrics) return take_metric(resource, own, Message(arena_, record));
        Message m(arena_, record);
        const ScopeIndex at = place(resource, own, m, signal_ == Signal::Traces ? 9 : 6);
        scope_at(at).entries.push_back({m, 0, Message(arena_)});
      });
    });
  }
  bool too_large() const { return size_ > kMostGrouped; }

  void write(Writer& out) {
    for (ResourceGroup& g : groups_) {
      const size_t start = wire::begin_len(out, 1);
      wire::put_len(out, kResource, g.resource.bytes());
      for (ScopeGroup& s : g.scopes) {
        const size_t scope = wire::begin_len(out, kScopes);
        wire::put_len(out, kScope, s.own.bytes());
        for (Entry& e : s.entries) {
          if (e.data_number != 0) metric::set_data(e.own, e.data_number, e.data);
          wire::put_len(out, kRecords, e.own.bytes());
        }
        wire::end_len(out, scope);
      }
      wire::end_len(out, start);
    }
  }

private:
  struct ScopeIndex {
    uint32_t group, scope;
  };
  ScopeGroup& scope_at(ScopeIndex at) { return groups_[at.group].scopes[at.scope]; }

  // The scope that a record belongs to, out of which the attributes are taken.
  ScopeIndex place(const Message& resource, const Message& own, Message& record, uint32_t number) {
    Message moved(arena_);
    for (Str key : config_.keys)
      if (ottl::Value v; get_attribute(record, number, view(key), &v)) put_attribute(arena_, moved, 1, view(key), v);
    bool made = false;
    uint32_t& group = by_values_.get(key_of({taken_}, as_text(moved.bytes())), made);
    if (made) {
      Message with(arena_);  // attributes alone: the reference forgets what else a resource has
      with.add_all(1, resource, 1);
      for (Str key : config_.keys)
        if (ottl::Value v; get_attribute(record, number, view(key), &v)) put_attribute(arena_, with, 1, view(key), v);
      group = group_of(with);
    }
    for (Str key : config_.keys)
      if (ottl::Value ignored; get_attribute(record, number, view(key), &ignored))
        remove_attribute(record, number, view(key));
    return {group, scope_of(group, own)};
  }

  uint32_t group_of(const Message& resource) {
    key_.clear();
    append_identity(key_, resource, 1);
    bool made = false;
    uint32_t& at = by_identity_.get(key_.bytes(), made);
    if (made) {
      at = static_cast<uint32_t>(groups_.size());
      groups_.push_back({resource, {}});
      size_ += key_.size();
    }
    return at;
  }
  uint32_t scope_of(uint32_t group, const Message& own) {
    const Text name = own.text(1), version = own.text(2);
    bool made = false;
    uint32_t& at = by_scope_.get(key_of({group, static_cast<uint32_t>(name.size())}, name, version), made);
    if (made) {
      at = static_cast<uint32_t>(groups_[group].scopes.size());
      groups_[group].scopes.push_back({own, {}});
      size_ += own.bytes().size();
    }
    return at;
  }

  // Each data point by itself, in a metric of the same name and type.
  void take_metric(const Message& resource, const Message& own, const Message& m) {
    const uint32_t data = metric::data_of(m);
    if (data == 0) return;
    const Message of(arena_, m.content(data));
    Message rest = of;
    rest.erase(metric::kPoints);
    of.each(metric::kPoints, [&](Bytes content) {
      if (too_large()) return;
      Message point(arena_, content);
      const ScopeIndex at = place(resource, own, point, metric::attributes_of(data));
      metric_of(at, m, rest, data).data.add(metric::kPoints, point);
    });
  }
  Entry& metric_of(ScopeIndex place, const Message& m, const Message& rest, uint32_t data) {
    std::vector<Entry>& entries = scope_at(place).entries;
    bool made = false;
    uint32_t& at = by_metric_.get(key_of({place.group, place.scope, data}, m.text(metric::kName)), made);
    if (made) {
      at = static_cast<uint32_t>(entries.size());
      Entry& e = entries.emplace_back(Message(arena_), data, rest);
      for (uint32_t n : {metric::kName, metric::kDescription, metric::kUnit}) e.own.set_text(n, m.text(n));
      e.own.add_all(metric::kMetadata, m, metric::kMetadata);
      size_ += e.own.bytes().size();
    }
    return entries[at];
  }

  Bytes key_of(std::initializer_list<uint32_t> numbers, Text a, Text b = {}) {
    key_.clear();
    for (uint32_t n : numbers) wire::put_i32(key_, n);
    key_.append(a);
    key_.append(b);
    return key_.bytes();
  }

  const config::Groupbyattrs& config_;
  Arena& arena_;
  Signal signal_;
  uint32_t taken_ = 0;
  uint64_t size_ = 0;  // of what is made more than once
  std::vector<ResourceGroup> groups_;
  Keyed<uint32_t> by_values_, by_identity_, by_scope_, by_metric_;
  Writer key_;
};

class Grouper {
public:
  explicit Grouper(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Groupbyattrs*>(c.config)) {}

  Status consume(Payload* payload) {
    const Signal signal = payload->signal;
    Writer out;
    bool too_large;
    {
      Grouping grouping(*context_.runtime, config_, arena_, signal);
      for (const Slice& slice : payload->slices)
        for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
          const wire::RawField f = wire::next_field(p);
          if (f.number() == 1 && !grouping.too_large()) grouping.take(f.content());
        }
      too_large = grouping.too_large();
      if (!too_large) grouping.write(out);
    }
    arena_.reset();
    if (!too_large) return hand_on(context_.out[static_cast<uint32_t>(signal)], payload, payload_of(signal, out));
    context_.runtime->log->error("a request is refused: with what it came with for each of its groups it is too large",
                                 {{"processor", context_.id}, {"items", payload->items}, {"limit", kMostGrouped}});
    return Status::Invalid;
  }

private:
  const ComponentContext& context_;
  const config::Groupbyattrs& config_;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_groupbyattrs_consume(void* self, Payload* payload) {
  return static_cast<Grouper*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_groupbyattrs_ops = {
    [](const ComponentContext* context) -> void* { return new Grouper(*context); }};

}  // namespace whittle
