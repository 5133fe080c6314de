// SPDX-License-Identifier: Apache-2.0
// Runs a record program over a payload. Each pass opens the messages on the way down to its level, calls its code for
// every message of that level in order, and writes forwards what comes out. A group (a resource with all below it) in
// which nothing changed stays the slice of the buffer that it was.
//
// Most code writes to the messages of its own level alone: what comes out is written in one forward pass (forward.h).
// Code that writes to the messages around its own, which are still open, makes that impossible: what a span writes to
// its resource the next span reads. Then what stands below a message is written to a buffer of its own first, and its
// head when all of that is known.
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/record/forward.h"
#include "runtime/record/frame.h"
#include "runtime/record/items.h"

namespace whittle::record {

namespace {

using ottl::Run;

constexpr uint32_t kEvents = 11;                       // of a Span
constexpr uint32_t kDataFields[] = {5, 7, 9, 10, 11};  // of a Metric: gauge, sum, histogram, exponential, summary
constexpr Kind kPointKinds[] = {Kind::NumberPoint, Kind::NumberPoint, Kind::HistogramPoint, Kind::ExponentialPoint,
                                Kind::SummaryPoint};
constexpr uint32_t kPoints = 1;  // of Gauge, Sum and their like

class Walk {
public:
  Walk(const Pass& pass, Run& run, Signal signal) : pass_(pass), run_(run), signal_(signal) {
    for (uint32_t i = 0; i < kLevels; ++i) open_[i] = &frames_[i];
    if (pass.edits && pass.level == Level::Inner) run_.inner = &inner_;
    else run_.inner = nullptr;
    run_.added = &added_;
    record_kind_ = signal == Signal::Traces ? Kind::Span : signal == Signal::Metrics ? Kind::Metric : Kind::Log;
  }

  // False: a statement failed that fails the request.
  bool run(const Payload& in, Payload& out) {
    items_ = in.items;
    for (const Slice& slice : in.slices) {
      const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(), *kept_from = p;
      while (p < end) {
        wire::RawField f = wire::next_field(p);
        if (f.number() != kOwn) continue;
        const Outcome outcome = onwards_ ? group_onwards(f) : group(f.content());
        if (failed_) return false;
        if (outcome == Outcome::Same) continue;
        changed_ = true;
        if (kept_from < f.begin) out.add({slice.owner, {kept_from, f.begin}});
        kept_from = f.end;
        if (counts_change_) items_ -= items_of_group(signal_, f.content());
        if (outcome == Outcome::Changed) add(out);
      }
      if (kept_from < end) out.add({slice.owner, {kept_from, end}});
    }
    out.items = items_;
    return true;
  }
  bool changed() const { return changed_; }

private:
  enum class Outcome { Same, Changed, Gone };

  // The group that was written becomes a slice.
  void add(Payload& out) {
    Writer& written = forward_.out();
    const size_t size = written.size() - BufferRef::kHead;
    BufferRef buffer = BufferRef::of(static_cast<Writer&&>(written));
    Bytes bytes{buffer.data(), size};
    if (counts_change_) items_ += items_of_group(signal_, content_of(bytes));
    out.add({static_cast<BufferRef&&>(buffer), bytes});
  }
  static Bytes content_of(Bytes field) {
    const uint8_t* p = field.data();
    return wire::next_field(p).content();
  }

  static bool has(uint32_t levels, Level level) { return levels >> static_cast<uint32_t>(level) & 1; }
  Looks looks_at(Level level) const {
    // Where a metric's data points are is one of its fields.
    const bool walked = signal_ == Signal::Metrics && level == Level::Record && pass_.level > Level::Record;
    return {walked || has(pass_.fields, level), has(pass_.maps, level), pass_.keys[static_cast<uint32_t>(level)]};
  }

  Verdict call() {
    Verdict v = pass_.code(&run_, open_, known_[0] | known_[1] | known_[2] | known_[3]);
    if (v == Verdict::Fail) failed_ = true;
    return v;
  }

  // A message that others are within has been opened.
  void opened(Level level) {
    if (has(pass_.outer_levels, level)) known_[static_cast<uint32_t>(level)] = pass_.outer(&run_, open_, level);
  }

  // ---- onwards

  Outcome group_onwards(const wire::RawField& f) {
    Frame& frame = frames_[0];
    const Bytes content = f.content();
    forward_.reset(BufferRef::kHead, content.size());
    open_holder(frame, Kind::Resource, content, looks_at(Level::Resource));
    opened(Level::Resource);
    forward_.enter(f);
    uint64_t kept = 0;
    each(content, kChildren, [&](const wire::RawField& g) {
      if (!failed_) kept += scope_onwards(g);
    });
    if (failed_) return Outcome::Same;
    if (kept == 0 && pass_.drops) return Outcome::Gone;
    forward_.leave();
    return forward_.changed() ? Outcome::Changed : Outcome::Same;
  }

  // These say whether something of it is left.
  bool scope_onwards(const wire::RawField& f) {
    const Bytes content = f.content();
    open_holder(frames_[1], Kind::Scope, content, looks_at(Level::Scope));
    opened(Level::Scope);
    run_.added_count = 0;
    forward_.enter(f);
    uint64_t kept = 0;
    auto records = [&](Bytes message) {
      each(message, kChildren, [&](const wire::RawField& g) {
        if (!failed_) kept += record_onwards(g);
      });
    };
    records(content);
    // What was made beside them is looked at as they are, and so is what is made of that.
    while (!added_.empty() && !failed_) {
      const Writer more = static_cast<Writer&&>(added_);
      forward_.splice(more.bytes(), [&] { records(more.bytes()); });
    }
    if (failed_) return true;
    if (kept == 0 && pass_.drops) {
      forward_.drop();
      return false;
    }
    forward_.leave();
    return true;
  }

  bool record_onwards(const wire::RawField& f) {
    Frame& frame = frames_[2];
    open(frame, record_kind_, f.content(), looks_at(Level::Record));
    opened(Level::Record);
    inner_.clear();
    const bool left = pass_.level == Level::Record ? own_onwards(frame, f)
                      : signal_ == Signal::Traces  ? events_onwards(frame, f)
                                                   : points_onwards(frame, f);
    run_.arena.recycle();  // what a record's statements made is of use until it is written
    return left;
  }

  // A message of the pass' own level.
  bool own_onwards(Frame& frame, const wire::RawField& f) {
    const Verdict v = call();
    if (failed_) return true;
    if (v == Verdict::Drop) {
      forward_.replace(f.begin, f.end);
      return false;
    }
    if (!frame.dirty()) return true;
    forward_.replace(f.begin, f.end);
    Writer& out = forward_.out();
    const wire::Length length = wire::begin_len(out, f.number(), frame.content.size());
    close(frame, out);
    note_inner(frame, {out.data() + length.content, out.size() - length.content});
    wire::end_len(out, length);
    return true;
  }

  bool events_onwards(Frame& span, const wire::RawField& f) {
    forward_.enter(f);
    uint32_t index = 0;
    each(span.content, kEvents, [&](const wire::RawField& g) {
      if (!failed_) inner_onwards(Kind::Event, index++, g);
    });
    if (!failed_) forward_.leave();
    return true;
  }

  bool points_onwards(Frame& metric, const wire::RawField& f) {
    const int which = data_of(metric);
    if (which < 0) return true;
    wire::RawField data{};
    each(metric.content, kDataFields[which], [&](const wire::RawField& g) { data = g; });
    forward_.enter(f);
    forward_.enter(data);
    uint32_t n = 0, kept = 0;
    each(data.content(), kPoints, [&](const wire::RawField& g) {
      if (!failed_) kept += inner_onwards(kPointKinds[which], n++, g);
    });
    if (failed_) return true;
    forward_.leave();
    if (kept == 0 && pass_.drops) {
      forward_.drop();
      return false;
    }
    forward_.leave();
    return true;
  }

  bool inner_onwards(Kind kind, uint32_t index, const wire::RawField& f) {
    Frame& frame = frames_[3];
    open(frame, kind, f.content(), looks_at(Level::Inner));
    frame.index = index;
    opened(Level::Inner);
    if (pass_.level == Level::Inner) return own_onwards(frame, f);
    const uint32_t number = exemplars_of(kind);
    if (number == 0) return true;
    forward_.enter(f);
    each(frame.content, number, [&](const wire::RawField& g) {
      if (failed_) return;
      open(frames_[4], Kind::Exemplar, g.content(), looks_at(Level::Exemplar));
      own_onwards(frames_[4], g);
    });
    if (!failed_) forward_.leave();
    return true;
  }

  // Which member of Metric.data there is: of a oneof the last one counts. Negative: none.
  static int data_of(const Frame& metric) {
    int which = -1;
    const uint8_t* last = nullptr;
    for (int i = 0; i < static_cast<int>(std::size(kDataFields)); ++i)
      if (const uint8_t* at = metric.fields[kDataFields[i]]; at && (!last || at > last)) last = at, which = i;
    return which;
  }
  // The field that a data point's exemplars are in; 0: it has none.
  static uint32_t exemplars_of(Kind point) {
    return point == Kind::HistogramPoint     ? 8
           : point == Kind::ExponentialPoint ? 11
           : point == Kind::NumberPoint      ? 5
                                             : 0;
  }

  // ---- with what stands around it

  // A ResourceX with everything below it.
  Outcome group(Bytes content) {
    forward_.reset(BufferRef::kHead, content.size());
    Frame& frame = frames_[0];
    open_holder(frame, Kind::Resource, content, looks_at(Level::Resource));
    opened(Level::Resource);
    if (pass_.level == Level::Resource) {
      const Verdict v = call();
      if (failed_) return Outcome::Same;
      if (v == Verdict::Drop || (pass_.drops && !has_children(content))) return Outcome::Gone;
      if (!frame.dirty()) return Outcome::Same;
      write_holder(frame, content, forward_.start(), kOwn, nullptr);
      return Outcome::Changed;
    }
    Writer below;
    uint64_t kept = 0;
    bool changed = false;
    each(content, kChildren, [&](const wire::RawField& f) {
      if (failed_) return;
      const size_t before = below.size();
      const Outcome o = scope(f.content(), below);
      if (o == Outcome::Same) below.truncate(before), below.append(f.whole());
      changed |= o != Outcome::Same;
      kept += o != Outcome::Gone;
    });
    if (failed_) return Outcome::Same;
    if (kept == 0 && pass_.drops) return Outcome::Gone;
    if (!changed && !frame.dirty()) return Outcome::Same;
    write_holder(frame, content, forward_.start(), kOwn, &below);
    return Outcome::Changed;
  }

  Outcome scope(Bytes content, Writer& out) {
    Frame& frame = frames_[1];
    open_holder(frame, Kind::Scope, content, looks_at(Level::Scope));
    opened(Level::Scope);
    run_.added_count = 0;
    if (pass_.level == Level::Scope) {
      const Verdict v = call();
      if (failed_) return Outcome::Same;
      if (v == Verdict::Drop || (pass_.drops && !has_children(content))) return Outcome::Gone;
      if (!frame.dirty()) return Outcome::Same;
      write_holder(frame, content, out, kChildren, nullptr);
      return Outcome::Changed;
    }
    Writer below;
    uint64_t kept = 0;
    bool changed = false;
    each(content, kChildren, [&](const wire::RawField& f) {
      if (failed_) return;
      const size_t before = below.size();
      const Outcome o = record(f.content(), below);
      if (o == Outcome::Same) below.truncate(before), below.append(f.whole());
      changed |= o != Outcome::Same;
      kept += o != Outcome::Gone;
    });
    // What was made beside them is looked at as they are, and so is what is made of that.
    while (!added_.empty() && !failed_) {
      const Writer more = static_cast<Writer&&>(added_);
      changed = true;
      each(more.bytes(), kChildren, [&](const wire::RawField& f) {
        if (failed_) return;
        const size_t before = below.size();
        const Outcome o = record(f.content(), below);
        if (o == Outcome::Same) below.truncate(before), below.append(f.whole());
        kept += o != Outcome::Gone;
      });
    }
    if (failed_) return Outcome::Same;
    if (kept == 0 && pass_.drops) return Outcome::Gone;
    if (!changed && !frame.dirty()) return Outcome::Same;
    write_holder(frame, content, out, kChildren, &below);
    return Outcome::Changed;
  }

  Outcome record(Bytes content, Writer& out) {
    const Outcome outcome = record_now(content, out);
    // What a record's statements made is of use until it is written, unless something around it holds on to it.
    if (!writes_around_) run_.arena.recycle();
    return outcome;
  }

  Outcome record_now(Bytes content, Writer& out) {
    Frame& frame = frames_[2];
    open(frame, record_kind_, content, looks_at(Level::Record));
    opened(Level::Record);
    inner_.clear();
    if (pass_.level == Level::Record) {
      const Verdict v = call();
      if (failed_ || v == Verdict::Drop) return v == Verdict::Drop ? Outcome::Gone : Outcome::Same;
      if (!frame.dirty()) return Outcome::Same;
      const size_t start = wire::begin_len(out, kChildren);
      close(frame, out);
      wire::end_len(out, start);
      return Outcome::Changed;
    }
    return signal_ == Signal::Traces ? events(frame, out) : points(frame, out);
  }

  // One message of the innermost level.
  Outcome inner(Kind kind, uint32_t number, uint32_t index, Bytes content, Writer& out) {
    Frame& frame = frames_[3];
    open(frame, kind, content, looks_at(Level::Inner));
    frame.index = index;
    opened(Level::Inner);
    if (pass_.level == Level::Exemplar) return exemplars(frame, number, out);
    const Verdict v = call();
    if (failed_ || v == Verdict::Drop) return v == Verdict::Drop ? Outcome::Gone : Outcome::Same;
    if (!frame.dirty()) return Outcome::Same;
    const size_t start = wire::begin_len(out, number), content_at = out.size();
    close(frame, out);
    note_inner(frame, {out.data() + content_at, out.size() - content_at});
    wire::end_len(out, start);
    return Outcome::Changed;
  }

  // What an inner message has become, for functions that look at all of them.
  void note_inner(const Frame& frame, Bytes now) {
    if (!run_.inner) return;
    if (inner_.size() <= frame.index) inner_.resize(frame.index + 1);
    inner_[frame.index] = as_bytes(run_.arena.copy(as_text(now)));
  }

  // The exemplars of a data point, which is a field `number` of what holds it.
  Outcome exemplars(Frame& point, uint32_t number, Writer& out) {
    const uint32_t field = exemplars_of(point.kind);
    Writer below;
    bool changed = false;
    if (field != 0)
      each(point.content, field, [&](const wire::RawField& f) {
        if (failed_) return;
        Frame& frame = frames_[4];
        open(frame, Kind::Exemplar, f.content(), looks_at(Level::Exemplar));
        const Verdict v = call();
        if (failed_) return;
        changed |= v == Verdict::Drop || frame.dirty();
        if (v == Verdict::Drop) return;
        if (!frame.dirty()) return below.append(f.whole());
        const size_t start = wire::begin_len(below, field);
        close(frame, below);
        wire::end_len(below, start);
      });
    if (failed_ || (!changed && !point.dirty())) return Outcome::Same;
    const size_t start = wire::begin_len(out, number);
    close(point, out, changed ? 1u << field : 0);
    if (changed) out.append(below.bytes());
    wire::end_len(out, start);
    return Outcome::Changed;
  }

  Outcome events(Frame& span, Writer& out) {
    Writer below;
    bool changed = false;
    uint32_t index = 0;
    each(span.content, kEvents, [&](const wire::RawField& f) {
      if (failed_) return;
      const size_t before = below.size();
      const Outcome o = inner(Kind::Event, kEvents, index++, f.content(), below);
      if (o == Outcome::Same) below.truncate(before), below.append(f.whole());
      changed |= o != Outcome::Same;
    });
    if (failed_ || (!changed && !span.dirty())) return Outcome::Same;
    const size_t start = wire::begin_len(out, kChildren);
    close(span, out, changed ? 1u << kEvents : 0);
    if (changed) out.append(below.bytes());
    wire::end_len(out, start);
    return Outcome::Changed;
  }

  Outcome points(Frame& metric, Writer& out) {
    const int which = data_of(metric);
    if (which < 0) return metric.dirty() ? rewrite(metric, out) : Outcome::Same;
    const uint32_t data = kDataFields[which];
    const uint8_t* p = metric.fields[data];
    const Bytes content = wire::len(p);
    Writer below;
    std::vector<Bytes> beside;  // what the data holds beside its points
    uint64_t n = 0, kept = 0;
    bool changed = false;
    const size_t data_start = wire::begin_len(below, data);
    for (const uint8_t *q = content.data(), *end = q + content.size(); q < end && !failed_;) {
      wire::RawField f = wire::next_field(q);
      if (f.number() != kPoints) {
        beside.push_back(f.whole());
        continue;
      }
      const size_t before = below.size();
      const Outcome o = inner(kPointKinds[which], kPoints, static_cast<uint32_t>(n++), f.content(), below);
      if (o == Outcome::Same) below.truncate(before), below.append(f.whole());
      changed |= o != Outcome::Same;
      kept += o != Outcome::Gone;
    }
    if (failed_) return Outcome::Same;
    if (kept == 0 && pass_.drops) return Outcome::Gone;
    if (!changed && !metric.dirty()) return Outcome::Same;
    if (metric.written >> data & 1) {
      beside.clear();
      const uint8_t* now = metric.fields[data];
      const Bytes written = now ? wire::len(now) : Bytes();
      for (const uint8_t *q = written.data(), *end = q + written.size(); q < end;) {
        const wire::RawField f = wire::next_field(q);
        if (f.number() != kPoints) beside.push_back(f.whole());
      }
    }
    for (Bytes field : beside) below.append(field);
    wire::end_len(below, data_start);
    const size_t start = wire::begin_len(out, kChildren);
    close(metric, out, changed ? 1u << data : 0);
    if (changed) out.append(below.bytes());
    wire::end_len(out, start);
    return Outcome::Changed;
  }

  Outcome rewrite(const Frame& frame, Writer& out) {
    const size_t start = wire::begin_len(out, kChildren);
    close(frame, out);
    wire::end_len(out, start);
    return Outcome::Changed;
  }

  // A holding message as it is now: its head, its children (`below`, or as they were), and the rest.
  void write_holder(const Frame& frame, Bytes content, Writer& out, uint32_t number, const Writer* below) {
    const wire::Length start = wire::begin_len(out, number, content.size());
    const wire::Length own = wire::begin_len(out, kOwn, frame.content.size());
    close(frame, out);
    wire::end_len(out, own);
    if (below) out.append(below->bytes());
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      wire::RawField f = wire::next_field(p);
      if (f.number() == kOwn || (f.number() == kChildren && below) || (f.number() == kSchema && frame.schema_written))
        continue;
      out.append(f.whole());
    }
    if (frame.schema_written && !frame.schema.empty()) wire::put_len(out, kSchema, as_bytes(frame.schema));
    wire::end_len(out, start);
  }

  static bool has_children(Bytes holder) {
    bool found = false;
    each(holder, kChildren, [&](const wire::RawField&) { found = true; });
    return found;
  }

  template <class F>
  static void each(Bytes message, uint32_t number, F f) {
    for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
      wire::RawField field = wire::next_field(p);
      if (field.number() == number) f(field);
    }
  }

  const Pass& pass_;
  Run& run_;
  Signal signal_;
  Kind record_kind_;
  Frame frames_[kLevels];
  Frame* open_[kLevels];
  std::vector<Bytes> inner_;  // ottl::Run has them
  Writer added_;              // records that code has made beside the one that it was called for
  Forward forward_;
  uint64_t items_ = 0;
  uint64_t known_[kLevels] = {};
  const bool counts_change_ = pass_.drops || signal_ == Signal::Metrics;
  const bool writes_around_ = pass_.writes & 3;
  const bool onwards_ =
      pass_.level >= Level::Record && (pass_.writes & ~(1u << static_cast<uint32_t>(pass_.level))) == 0;
  bool changed_ = false, failed_ = false;
};

}  // namespace

namespace {

// A processor that became a program.
struct Instance {
  const Program& program;
  Runtime* runtime;
  Arena arena;
};

Status run_program(Instance& instance, Payload* payload) {
  const Program& program = instance.program;
  Run run{instance.arena, instance.runtime, &payload->metadata};
  const Payload* from = payload;
  Payload now(payload->signal);
  bool changed = false;
  for (const Pass& pass : program.passes) {
    Payload out(payload->signal);
    Walk walk(pass, run, payload->signal);
    if (!walk.run(*from, out)) return Status::Invalid;
    if (!walk.changed()) continue;
    changed = true;
    now = static_cast<Payload&&>(out);
    from = &now;
  }
  if (!changed) return program.next.consume(program.next.self, payload);
  Status status = Status::Ok;
  if (!now.slices.empty()) {
    now.metadata = payload->metadata;
    now.compact();
    status = program.next.consume(program.next.self, &now);
  }
  if (status == Status::Ok) payload->clear();
  return status;
}

}  // namespace

extern "C" Status rt_run_program(void* instance, Payload* payload) {
  auto& self = *static_cast<Instance*>(instance);
  const Status status = run_program(self, payload);
  self.arena.reset();
  return status;
}

extern "C" const ComponentOps rt_program_ops = {
    .create = [](const ComponentContext* context) -> void* {
      return new Instance{*static_cast<const Program*>(context->config), context->runtime, {}};
    },
};

}  // namespace whittle::record
