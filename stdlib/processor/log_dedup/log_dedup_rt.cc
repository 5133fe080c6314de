// SPDX-License-Identifier: Apache-2.0
// Counts equal log records and hands on one for all of them, once an interval. Equal are those of equal resources and
// scopes with the same attributes, body and severity, or with the same values of `include_fields`.
//
// Records for which none of `conditions` holds, or one of them fails, go on at once.
//
// The first record of each kind is kept as its bytes. Of kinds that are too many for memory, which the reference does
// not bound, all go early.
#include "runtime/base/keyed.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/holder.h"
#include "runtime/record/attributes.h"
#include "runtime/record/conditions.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/log_dedup/log_dedup_config.h"

namespace whittle {
namespace {

using namespace record;

constexpr uint64_t kMostBytes = 8 << 20;  // of memory, of all that is kept

// opentelemetry/proto/logs/v1/logs.proto, LogRecord; opentelemetry/proto/common/v1/common.proto, AnyValue
enum Log : uint32_t { kTime = 1, kSeverity = 2, kSeverityText = 3, kBody = 5, kAttributes = 6, kObserved = 11 };
constexpr uint32_t kKvlist = 6;

struct Kind {
  Writer record;
  int64_t count = 0, first = 0, last = 0;
};
struct Scope {
  uint64_t number = 0;
  Writer own;
  std::vector<Kind*> kinds;
};
struct Resource {
  uint64_t number = 0;
  Writer own;
  std::vector<Scope*> scopes;
};
// What came with the same values of `metadata_keys`.
struct Shard {
  uint64_t number = 0;
  Metadata metadata;
  std::vector<Resource*> resources;
};

// A field as `attributes.a.b`: its parts, in which `\.` is a dot.
struct Field {
  std::vector<Writer> parts;

  explicit Field(Text t) {
    parts.emplace_back();
    for (size_t i = 0; i < t.size(); ++i) {
      if (t[i] == '.') parts.emplace_back();
      else if (t.substr(i).starts_with("\\.")) parts.back().byte('.'), ++i;
      else parts.back().byte(static_cast<uint8_t>(t[i]));
    }
  }
  Text part(size_t i) const { return parts[i].text(); }
};

class Dedup {
public:
  explicit Dedup(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::LogDedup*>(c.config)), holder_(c, Signal::Logs),
        timer_(*c.runtime->loop, [](void* self) { static_cast<Dedup*>(self)->tick(); }, this) {
    for (const Str& s : config_.exclude_fields) excluded_.emplace_back(view(s));
    for (const Str& s : config_.include_fields) included_.emplace_back(view(s));
    for (const Str& s : config_.metadata_keys) {
      Writer& small = names_.emplace_back();
      for (const char x : view(s)) small.byte(static_cast<uint8_t>(x >= 'A' && x <= 'Z' ? x | 32 : x));
    }
    clear();
    timer_.in(config_.interval);
  }

  Status consume(Payload* payload) {
    next();
    if (!holder_.idle()) return holder_.refuse();
    Shard* shard = shard_of(*payload);
    if (!shard) return Status::Invalid;
    Writer others;  // what goes on at once
    Asker asker(*context_.runtime, &payload->metadata);
    for (const Slice& slice : payload->slices)
      for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
        const wire::RawField f = wire::next_field(p);
        if (f.number() == 1)
          group(*shard, config_.conditions.any() ? divided(f.content(), asker, others) : f.content());
        arena_.reset();
      }
    if (!others.empty()) {
      Payload made = payload_of(Signal::Logs, others);
      made.metadata = payload->metadata;
      handed_on_.push_back(static_cast<Payload&&>(made));
    }
    payload->clear();
    next();
    if (bytes_ <= kMostBytes) return Status::Ok;
    if (!told_)
      context_.runtime->log->warn("no memory for more kinds of log records: what there is is handed on early",
                                  {{"processor", context_.id}, {"bytes", kMostBytes}});
    told_ = true;
    hand_on();
    return Status::Ok;
  }

  void drain() {
    timer_.cancel();
    draining_ = true;
    hand_on();
  }
  bool idle() {
    next();
    if (draining_ && handed_on_.empty() && !order_.empty()) hand_on();
    return holder_.idle() && handed_on_.empty() && (!draining_ || order_.empty());
  }

private:
  void tick() {
    timer_.in(config_.interval);
    next();
    if (holder_.idle() && handed_on_.empty()) hand_on();  // else it is all there the next time
  }

  void clear() {
    shards_ = std::make_unique<Keyed<Shard>>(*context_.runtime);
    resources_ = std::make_unique<Keyed<Resource>>(*context_.runtime);
    scopes_ = std::make_unique<Keyed<Scope>>(*context_.runtime);
    kinds_ = std::make_unique<Keyed<Kind>>(*context_.runtime);
    order_.clear();
    bytes_ = 0;
  }

  // The shard of a request; null where there are too many.
  Shard* shard_of(const Payload& payload) {
    Writer key;
    for (const Writer& name : names_) {
      Writer values;
      for (const Metadata::Header& h : payload.metadata.headers)
        if (h.name == name.text()) wire::put_len(values, 1, as_bytes(h.value));
      wire::put_len(key, 1, values.bytes());
    }
    if (Shard* known = shards_->find(key.bytes())) return known;
    if (const auto most = static_cast<uint64_t>(config_.metadata_cardinality_limit);
        most > 0 && shards_->size() >= most && !names_.empty())
      return nullptr;
    bool made;
    Shard& shard = shards_->get(key.bytes(), made);
    for (const Metadata::Header& h : payload.metadata.headers)
      for (const Writer& name : names_)
        if (h.name == name.text()) shard.metadata.headers.push_back(h);
    shard.number = order_.size();
    order_.push_back(&shard);
    bytes_ += sizeof(Shard) + key.size();
    return &shard;
  }

  // Hands on what is held, one payload a shard.
  void hand_on() {
    for (const Shard* shard : order_) {
      Writer out;
      for (const Resource* r : shard->resources) {
        const size_t group = wire::begin_len(out, 1);
        if (!r->own.empty()) wire::put_len(out, kResource, r->own.bytes());
        for (const Scope* s : r->scopes) {
          const size_t scope = wire::begin_len(out, kScopes);
          if (!s->own.empty()) wire::put_len(out, kScope, s->own.bytes());
          for (const Kind* k : s->kinds) wire::put_len(out, kRecords, finished(*k));
          wire::end_len(out, scope);
        }
        wire::end_len(out, group);
      }
      arena_.reset();
      Payload made = payload_of(Signal::Logs, out);
      made.metadata = shard->metadata;
      handed_on_.push_back(static_cast<Payload&&>(made));
    }
    clear();
    next();
  }
  void next() {
    while (holder_.idle() && !handed_on_.empty()) {
      Payload first = static_cast<Payload&&>(handed_on_.front());
      handed_on_.erase(handed_on_.begin());
      holder_.give(static_cast<Payload&&>(first));
    }
  }

  Bytes finished(const Kind& k) {
    Message m(arena_, k.record.bytes());
    m.set_fixed(kTime, static_cast<uint64_t>(context_.runtime->now_ns()));
    m.set_fixed(kObserved, static_cast<uint64_t>(k.first));
    put_attribute(arena_, m, kAttributes, view(config_.log_count_attribute), ottl::integer(k.count));
    put_attribute(arena_, m, kAttributes, "first_observed_timestamp", moment(k.first));
    put_attribute(arena_, m, kAttributes, "last_observed_timestamp", moment(k.last));
    return m.bytes();
  }
  ottl::Value moment(int64_t ns) {
    Writer w;
    ottl::append_rfc3339(w, ottl::time_of(ns / 1'000'000'000, 0));
    return ottl::text(arena_.copy(w.text()));
  }

  // ---- taking in

  // What of a group a condition holds for. Appends the rest to `others`.
  Bytes divided(Bytes content, Asker& asker, Writer& others) {
    asker.at_resource(content);
    const Message group(arena_, content);
    Message taken = group, left = group;
    taken.erase(kScopes);
    left.erase(kScopes);
    group.each(kScopes, [&](Bytes scope_content) {
      asker.at_scope(scope_content);
      const Message scope(arena_, scope_content);
      Message yes = scope, no = scope;
      yes.erase(kRecords);
      no.erase(kRecords);
      scope.each(kRecords, [&](Bytes record) {
        asker.at_record(record::Kind::Log, record);
        (asker.ask(config_.conditions) == Answer::Yes ? yes : no).add(kRecords, record);
      });
      if (yes.has(kRecords)) taken.add(kScopes, yes);
      if (no.has(kRecords)) left.add(kScopes, no);
    });
    if (left.has(kScopes)) wire::put_len(others, 1, left.bytes());
    return taken.bytes();
  }

  void group(Shard& shard, Bytes content) {
    const Message group(arena_, content);
    const Message resource(arena_, group.content(kResource));
    Writer key;
    wire::put_varint(key, shard.number);
    append_identity(key, resource, 1);
    Resource* known = nullptr;
    group.each(kScopes, [&](Bytes scope) {
      Message of(arena_, scope);
      if (!of.has(kRecords)) return;
      bool made = false;
      if (!known) {
        known = &resources_->get(key.bytes(), made);
        if (made) {
          known->number = resources_->size();
          known->own.append(resource.bytes());
          shard.resources.push_back(known);
          bytes_ += sizeof(Resource) + key.size() + known->own.capacity();
        }
      }
      this->scope(*known, of);
    });
  }
  void scope(Resource& resource, const Message& content) {
    const Message own(arena_, content.content(kScope));
    Writer key;
    wire::put_varint(key, resource.number);
    wire::put_len(key, 2, own.content(1));
    wire::put_len(key, 3, own.content(2));
    append_identity(key, own, 3);
    bool made;
    Scope& scope = scopes_->get(key.bytes(), made);
    if (made) {
      scope.number = scopes_->size();
      scope.own.append(own.bytes());
      resource.scopes.push_back(&scope);
      bytes_ += sizeof(Scope) + key.size() + scope.own.capacity();
    }
    content.each(kRecords, [&](Bytes record) {
      Message m(arena_, record);
      for (const Field& f : excluded_) remove(m, f);
      Writer kind;
      wire::put_varint(kind, scope.number);
      append_kind(kind, m);
      bool first;
      Kind& k = kinds_->get(kind.bytes(), first);
      if (first) {
        k.record.append(m.bytes());
        k.first = context_.runtime->now_ns();
        scope.kinds.push_back(&k);
        bytes_ += sizeof(Kind) + kind.size() + k.record.capacity() + 64;
      }
      k.last = context_.runtime->now_ns();
      ++k.count;
    });
  }

  // What records of one kind have in common.
  void append_kind(Writer& out, const Message& m) {
    bool any = false;
    for (const Field& f : included_) {
      Bytes value;
      if (!find(m, f, value)) continue;
      if (!any) out.byte(1);
      any = true;
      Writer text;
      ottl::append_as_string(text, ottl::from_any(value));
      wire::put_len(out, 1, text.bytes());
    }
    if (any) return;
    out.byte(2);
    Writer attributes, body;
    append_identity(attributes, m, kAttributes);
    wire::put_len(out, 1, attributes.bytes());
    const Message value(arena_, m.content(kBody));
    if (value.has(kKvlist)) append_identity(body, Message(arena_, value.content(kKvlist)), 1);
    else body.append(m.content(kBody));
    out.byte(value.has(kKvlist));
    wire::put_len(out, 2, body.bytes());
    wire::put_varint(out, m.varint(kSeverity));
    wire::put_len(out, 3, m.content(kSeverityText));
  }

  // The AnyValue that a field names.
  bool find(const Message& m, const Field& f, Bytes& value) {
    if (f.parts.size() < 2) return false;
    Message in = m;
    uint32_t number = kAttributes;
    if (f.part(0) == "body") {
      const Message body(arena_, m.content(kBody));
      if (!body.has(kKvlist)) return false;
      in = Message(arena_, body.content(kKvlist));
      number = 1;
    }
    for (size_t i = 1;; ++i) {
      bool found = false;
      in.each(number, [&](Bytes pair) {
        const Message p(arena_, pair);
        if (found || p.text(1) != f.part(i)) return;
        found = true;
        value = p.content(2);
      });
      if (!found) return false;
      if (i + 1 == f.parts.size()) return true;
      const Message next(arena_, value);
      if (!next.has(kKvlist)) return false;
      in = Message(arena_, next.content(kKvlist));
      number = 1;
    }
  }

  void remove(Message& m, const Field& f) {
    if (f.part(0) == "attributes") {
      if (f.parts.size() == 1) m.erase(kAttributes);
      else remove_from(m, kAttributes, f, 1);
      return;
    }
    Message body(arena_, m.content(kBody));
    if (f.parts.size() < 2 || !body.has(kKvlist)) return;
    Message map(arena_, body.content(kKvlist));
    if (!remove_from(map, 1, f, 1)) return;
    body.erase(kKvlist);
    body.add(kKvlist, map);
    m.erase(kBody);
    m.add(kBody, body);
  }
  // Takes a field off the pairs in the fields of that number. False: it is not there.
  bool remove_from(Message& m, uint32_t number, const Field& f, size_t i) {
    const Message before = m;
    bool found = false, changed = false;
    m.erase(number);
    before.each(number, [&](Bytes content) {
      Message pair(arena_, content);
      if (found || pair.text(1) != f.part(i)) return m.add(number, content);
      found = true;
      if (i + 1 == f.parts.size()) {
        changed = true;
        return;
      }
      Message value(arena_, pair.content(2));
      Message inner(arena_, value.content(kKvlist));
      if (!value.has(kKvlist) || !remove_from(inner, 1, f, i + 1)) return m.add(number, content);
      changed = true;
      value.erase(kKvlist);
      value.add(kKvlist, inner);
      pair.erase(2);
      pair.add(2, value);
      m.add(number, pair);
    });
    if (!changed) m = before;
    return changed;
  }

  const ComponentContext& context_;
  const config::LogDedup& config_;
  Holder holder_;
  std::vector<Field> excluded_, included_;
  std::vector<Writer> names_;  // of metadata_keys, in small letters
  std::unique_ptr<Keyed<Shard>> shards_;
  std::unique_ptr<Keyed<Resource>> resources_;
  std::unique_ptr<Keyed<Scope>> scopes_;
  std::unique_ptr<Keyed<Kind>> kinds_;
  std::vector<Shard*> order_;
  std::vector<Payload> handed_on_;  // what waits behind what is held
  uint64_t bytes_ = 0;
  Timer timer_;
  bool draining_ = false, told_ = false;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_log_dedup_consume(void* self, Payload* payload) {
  return static_cast<Dedup*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_log_dedup_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Dedup(*context); },
    .drain = [](void* self) { static_cast<Dedup*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<Dedup*>(self)->idle(); },
};

}  // namespace whittle
