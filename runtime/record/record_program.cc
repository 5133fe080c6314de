// SPDX-License-Identifier: Apache-2.0
// Runs a record program over OTLP bytes: one forward scan fills only the slots that the program names, the compiled
// conditions decide, and whatever is kept unchanged stays the slice of the received buffer that it was. Only a resource
// group that loses some of its records and keeps others is written anew.
//
// The bytes have passed wire/validate.h: resource and scope come first in their groups, and nothing reads out of
// bounds.
#include "runtime/base/arena.h"
#include "runtime/base/payload.h"
#include "runtime/record/items.h"
#include "runtime/record/slots.h"
#include "runtime/wire/wire.h"

namespace whittle {
namespace {

// Field numbers that the three signals share: ResourceSpans, ResourceMetrics and ResourceLogs have their resource in 1
// and their scopes in 2; ScopeSpans, ScopeMetrics and ScopeLogs have their scope in 1 and their records in 2.
constexpr uint32_t kOwn = 1, kChildren = 2;

class Runner {
public:
  Runner(const RecordProgram& program, const Payload& in, Payload& out, Arena& scratch)
      : program_(program), in_(in), out_(out), scratch_(scratch) {
    slots_ = scratch.array<SlotValue>(program.slots.size + 1);
    for (uint64_t i = 0; i < program.slots.size; ++i) slots_[i] = {};
    for (const SlotSpec& spec : program.slots) uses_[static_cast<uint32_t>(spec.place)] = true;
  }

  // Fills `out`. False when nothing was dropped: `out` is of no use then, `in` is.
  bool run() {
    for (const Slice& slice : in_.slices) {
      const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(), *kept_from = p;
      while (p < end) {
        wire::RawField f = wire::next_field(p);
        Writer rewritten;
        Outcome outcome = f.number() == kOwn ? group(f.content(), rewritten) : Outcome::Keep;
        if (outcome == Outcome::Keep) continue;
        changed_ = true;
        keep(slice, kept_from, f.begin);
        kept_from = f.end;
        if (outcome == Outcome::Rewritten) {
          BufferRef buffer = BufferRef::copy(rewritten.bytes());
          Bytes bytes{buffer.data(), rewritten.size()};
          out_.add({static_cast<BufferRef&&>(buffer), bytes});
        }
      }
      keep(slice, kept_from, end);
    }
    out_.items = in_.items - (dropped_ < in_.items ? dropped_ : in_.items);
    return changed_;
  }

private:
  enum class Outcome { Keep, Drop, Rewritten };

  void keep(const Slice& slice, const uint8_t* from, const uint8_t* to) {
    if (from < to) out_.add({slice.owner, {from, to}});
  }

  void fill(Place place, Bytes message) {
    if (uses_[static_cast<uint32_t>(place)]) fill_slots(program_, place, message, slots_);
  }

  uint64_t items_of_scope(Bytes scope) {
    uint64_t n = 0;
    each(scope, kChildren, [&](const wire::RawField& f) { n += items_of_record(program_.signal, f.content()); });
    return n;
  }

  template <class F>
  static void each(Bytes message, uint32_t number, F f) {
    for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
      wire::RawField field = wire::next_field(p);
      if (field.number() == number) f(field);
    }
  }

  // One resource with its scopes and records. The first scan decides; a second one writes, where that is needed.
  Outcome group(Bytes content, Writer& out) {
    fill(Place::Resource, {});
    each(content, kOwn, [&](const wire::RawField& f) { fill(Place::Resource, f.content()); });
    uint64_t scopes = 0;
    if (program_.drop_resource && program_.drop_resource(slots_, &scratch_)) {
      each(content, kChildren, [&](const wire::RawField& f) { dropped_ += items_of_scope(f.content()); });
      return Outcome::Drop;
    }
    if (!program_.drop_record) {
      each(content, kChildren, [&](const wire::RawField&) { ++scopes; });
      return scopes ? Outcome::Keep : Outcome::Drop;
    }

    decisions_.clear();
    uint64_t kept_scopes = 0;
    bool changed = false;
    each(content, kChildren, [&](const wire::RawField& scope) {
      ++scopes;
      Bytes inside = scope.content();
      fill(Place::Scope, {});
      each(inside, kOwn, [&](const wire::RawField& f) { fill(Place::Scope, f.content()); });
      uint64_t kept = 0;
      each(inside, kChildren, [&](const wire::RawField& record) {
        fill(Place::Record, record.content());
        bool drop = program_.drop_record(slots_, &scratch_);
        decisions_.byte(drop);
        if (drop) {
          changed = true;
          dropped_ += items_of_record(program_.signal, record.content());
        } else {
          ++kept;
        }
      });
      decisions_.byte(kept > 0 ? 1 : 0);  // behind its records: whether the scope stays
      if (kept > 0) ++kept_scopes;
    });
    if (kept_scopes == 0) return Outcome::Drop;
    if (!changed && kept_scopes == scopes) return Outcome::Keep;
    write(content, out);
    return Outcome::Rewritten;
  }

  void write(Bytes content, Writer& out) {
    const uint8_t* decision = decisions_.data();
    size_t group_start = wire::begin_len(out, kOwn);
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      wire::RawField f = wire::next_field(p);
      if (f.number() != kChildren) {
        out.append(f.whole());
        continue;
      }
      size_t before = out.size();
      size_t scope_start = wire::begin_len(out, kChildren);
      Bytes scope = f.content();
      for (const uint8_t *q = scope.data(), *scope_end = q + scope.size(); q < scope_end;) {
        wire::RawField record = wire::next_field(q);
        if (record.number() != kChildren || *decision++ == 0) out.append(record.whole());
      }
      if (*decision++) wire::end_len(out, scope_start);
      else out.truncate(before);
    }
    wire::end_len(out, group_start);
  }

  const RecordProgram& program_;
  const Payload& in_;
  Payload& out_;
  Arena& scratch_;
  SlotValue* slots_;
  bool uses_[3] = {};
  bool changed_ = false;
  uint64_t dropped_ = 0;
  Writer decisions_;
};

}  // namespace

extern "C" Status rt_run_record_program(const RecordProgram* program, Payload* payload, ConsumeFn next,
                                        void* next_self) {
  Arena scratch;
  Payload left(payload->signal);
  if (!Runner(*program, *payload, left, scratch).run()) return next(next_self, payload);
  Status status = Status::Ok;
  if (!left.slices.empty()) {
    left.metadata.headers = payload->metadata.headers;
    left.compact();
    status = next(next_self, &left);
  }
  if (status == Status::Ok) payload->clear();
  return status;
}

}  // namespace whittle
