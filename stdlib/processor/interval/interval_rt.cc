// SPDX-License-Identifier: Apache-2.0
// Keeps the latest data point of each series and hands all on now and then. What is not aggregated passes at once:
// delta temporality, sums that may fall, and what `pass_through` says.
//
// Points are kept as the bytes that they came as, in the tree that they came in: resource, scope, metric, in the order
// of the first. Of series that are too many for memory, which the reference does not bound, all go early.
#include "runtime/base/keyed.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/holder.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/interval/interval_config.h"

namespace whittle {
namespace {

using namespace record;

constexpr uint64_t kMostBytes = 8 << 20;  // of memory, of all that is kept

struct Point {
  uint64_t time = 0;
  Writer content;
};
struct Metric {
  uint32_t data = 0;
  Writer head;  // its fields but the data
  Writer of;    // the data's fields but the points
  std::vector<Point*> points;
};
struct Scope {
  Writer head;
  std::vector<Metric*> metrics;
};
struct Resource {
  Writer head;
  std::vector<Scope*> scopes;
};

class Interval {
public:
  explicit Interval(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Interval*>(c.config)), holder_(c, Signal::Metrics),
        timer_(*c.runtime->loop, [](void* self) { static_cast<Interval*>(self)->tick(); }, this) {
    clear();
    timer_.in(config_.interval);
  }

  Status consume(Payload* payload) {
    if (!holder_.idle()) return holder_.refuse();
    Payload rest(Signal::Metrics);
    const bool changed = reshape(*payload, rest, [&](Bytes g, Writer& out) { return group(g, out); });
    arena_.reset();
    if (!changed) {
      holder_.give(static_cast<Payload&&>(*payload));
      return Status::Ok;
    }
    rest.metadata = payload->metadata;
    rest.compact();
    payload->clear();
    holder_.give(static_cast<Payload&&>(rest));
    if (bytes_ <= kMostBytes || !holder_.idle()) return Status::Ok;
    if (!told_)
      context_.runtime->log->warn("no memory for more series: what there is is handed on before the interval is over",
                                  {{"processor", context_.id}, {"bytes", kMostBytes}});
    told_ = true;
    hand_on();
    return Status::Ok;
  }

  void drain() {
    timer_.cancel();
    draining_ = true;
    if (holder_.idle()) hand_on();
  }
  bool idle() {
    if (draining_ && holder_.idle() && !roots_.empty()) hand_on();
    return holder_.idle() && (!draining_ || roots_.empty());
  }

private:
  void tick() {
    timer_.in(config_.interval);
    if (holder_.idle()) hand_on();  // else it is all there the next time
  }

  void clear() {
    resources_ = std::make_unique<Keyed<Resource>>(*context_.runtime);
    scopes_ = std::make_unique<Keyed<Scope>>(*context_.runtime);
    metrics_ = std::make_unique<Keyed<Metric>>(*context_.runtime);
    points_ = std::make_unique<Keyed<Point>>(*context_.runtime);
    roots_.clear();
    bytes_ = 0;
  }

  void hand_on() {
    if (roots_.empty()) return;
    Writer out;
    for (const Resource* r : roots_) {
      const size_t group = wire::begin_len(out, 1);
      out.append(r->head.bytes());
      for (const Scope* s : r->scopes) {
        const size_t scope = wire::begin_len(out, kScopes);
        out.append(s->head.bytes());
        for (const Metric* m : s->metrics) {
          const size_t metric = wire::begin_len(out, kRecords);
          out.append(m->head.bytes());
          const size_t data = wire::begin_len(out, m->data);
          out.append(m->of.bytes());
          for (const Point* p : m->points) wire::put_len(out, metric::kPoints, p->content.bytes());
          wire::end_len(out, data);
          wire::end_len(out, metric);
        }
        wire::end_len(out, scope);
      }
      wire::end_len(out, group);
    }
    clear();
    holder_.give(payload_of(Signal::Metrics, out));
  }

  // What passes of a group.
  Reshaped group(Bytes content, Writer& out) {
    group_ = content;
    resource_key_.clear();
    resource_ = nullptr;
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() == kResource) append_identity(resource_key_, Message(arena_, f.content()), 1);
    }
    bool changed = false;
    uint64_t scopes = 0;
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() != kScopes) {
        out.append(f.whole());
        continue;
      }
      const size_t before = out.size(), start = wire::begin_len(out, kScopes);
      const uint64_t passed = scope(f.content(), out, changed);
      wire::end_len(out, start);
      if (passed == 0) out.truncate(before), changed = true;
      else ++scopes;
    }
    return scopes == 0 ? Reshaped::Gone : changed ? Reshaped::Changed : Reshaped::Same;
  }

  uint64_t scope(Bytes content, Writer& out, bool& changed) {
    scope_content_ = content;
    scope_key_.clear();
    scope_ = nullptr;
    wire::put_len(scope_key_, 1, resource_key_.bytes());
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() != kScope) continue;
      const Message own(arena_, f.content());
      wire::put_len(scope_key_, 2, own.content(1));
      wire::put_len(scope_key_, 3, own.content(2));
      append_identity(scope_key_, own, 3);
    }
    uint64_t passed = 0;
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() == kRecords && aggregate(f.content())) {
        changed = true;
        continue;
      }
      passed += f.number() == kRecords;
      out.append(f.whole());
    }
    return passed;
  }

  bool aggregates(uint32_t data, const Message& of) const {
    switch (data) {
    case metric::kGauge: return !config_.pass_through.gauge;
    case metric::kSummary: return !config_.pass_through.summary;
    case metric::kSum:
      return of.varint(metric::kMonotonic) != 0 && of.varint(metric::kTemporality) == metric::kCumulative;
    case metric::kHistogram:
    case metric::kExponential: return of.varint(metric::kTemporality) == metric::kCumulative;
    default: return false;
    }
  }

  // Keeps the latest points of a metric. False: it is not for us.
  bool aggregate(Bytes record) {
    const Message m(arena_, record);
    const uint32_t data = metric::data_of(m);
    const Message of(arena_, m.content(data));
    if (data == 0 || !aggregates(data, of)) return false;
    Writer key;
    wire::put_len(key, 1, scope_key_.bytes());
    wire::put_len(key, 2, m.content(metric::kName));
    wire::put_len(key, 3, m.content(metric::kUnit));
    key.byte(static_cast<uint8_t>(data));
    for (const uint32_t n : {metric::kTemporality, metric::kMonotonic}) key.byte(static_cast<uint8_t>(of.varint(n)));
    bool made;
    Metric& known = metrics_->get(key.bytes(), made);
    if (made) {
      known.data = data;
      for (const uint32_t n : {metric::kName, metric::kDescription, metric::kUnit})
        if (m.has(n)) wire::put_len(known.head, n, m.content(n));
      for (const uint32_t n : {metric::kTemporality, metric::kMonotonic})
        if (const uint64_t v = of.varint(n)) wire::put_tag(known.of, n, wire::kVarint), wire::put_varint(known.of, v);
      home().metrics.push_back(&known);
      bytes_ += sizeof(Metric) + key.size() + known.head.capacity() + known.of.capacity();
    }
    of.each(metric::kPoints, [&](Bytes content) {
      const Message point(arena_, content);
      const size_t whole = key.size();
      append_identity(key, point, metric::attributes_of(data));
      bool first;
      Point& kept = points_->get(key.bytes(), first);
      const uint64_t time = point.fixed(metric::kTime);
      if (first) {
        known.points.push_back(&kept);
        bytes_ += sizeof(Point) + key.size() + 64;
      }
      if (first || time > kept.time) {
        bytes_ -= kept.content.capacity();
        kept.time = time;
        kept.content.clear();
        kept.content.append(content);
        bytes_ += kept.content.capacity();
      }
      key.truncate(whole);
    });
    return true;
  }

  // The scope that is looked at, made with its resource where it is new.
  Scope& home() {
    if (scope_) return *scope_;
    bool made;
    if (!resource_) {
      resource_ = &resources_->get(resource_key_.bytes(), made);
      if (made) {
        copy_head(resource_->head, group_, kScopes);
        roots_.push_back(resource_);
        bytes_ += sizeof(Resource) + resource_->head.capacity() + resource_key_.size();
      }
    }
    scope_ = &scopes_->get(scope_key_.bytes(), made);
    if (made) {
      copy_head(scope_->head, scope_content_, kRecords);
      resource_->scopes.push_back(scope_);
      bytes_ += sizeof(Scope) + scope_->head.capacity() + scope_key_.size();
    }
    return *scope_;
  }
  static void copy_head(Writer& out, Bytes content, uint32_t children) {
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() != children) out.append(f.whole());
    }
  }

  const ComponentContext& context_;
  const config::Interval& config_;
  Holder holder_;
  std::unique_ptr<Keyed<Resource>> resources_;
  std::unique_ptr<Keyed<Scope>> scopes_;
  std::unique_ptr<Keyed<Metric>> metrics_;
  std::unique_ptr<Keyed<Point>> points_;
  std::vector<Resource*> roots_;  // in the order in which they came
  uint64_t bytes_ = 0;
  // What is looked at.
  Bytes group_, scope_content_;
  Writer resource_key_, scope_key_;
  Resource* resource_ = nullptr;
  Scope* scope_ = nullptr;
  Timer timer_;
  bool draining_ = false, told_ = false;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_interval_consume(void* self, Payload* payload) {
  return static_cast<Interval*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_interval_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Interval(*context); },
    .drain = [](void* self) { static_cast<Interval*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<Interval*>(self)->idle(); },
};

}  // namespace whittle
