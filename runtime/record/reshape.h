// SPDX-License-Identifier: Apache-2.0
// Processors that make a group of telemetry (a ResourceSpans, ResourceMetrics or ResourceLogs) anew, one after the
// other. A group in which nothing changes stays the slice of the buffer that it was.
#pragma once

#include "runtime/base/payload.h"
#include "runtime/record/items.h"
#include "runtime/record/message.h"

namespace whittle::record {

enum class Reshaped { Same, Changed, Gone };

// What `f(group, out)` makes of each group of `in`, into `out`: `group` is its content, and `f` writes the content of
// the new one. False: nothing changed, and `out` is of no use. `same_items`: whatever changes, there are as many items.
template <class F>
bool reshape(const Payload& in, Payload& out, F f, bool same_items = false) {
  bool changed = false;
  auto count = [&](Bytes content) {
    if (!same_items) out.items += items_of_group(in.signal, content);
  };
  for (const Slice& slice : in.slices) {
    const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(), *kept_from = p;
    while (p < end) {
      const wire::RawField group = wire::next_field(p);
      if (group.number() != 1) continue;
      Writer written;
      written.room(BufferRef::kHead + group.content().size() + 16);
      written.advance(BufferRef::kHead);
      const size_t start = wire::begin_len(written, 1);
      const Reshaped how = f(group.content(), written);
      if (how == Reshaped::Same) {
        count(group.content());
        continue;
      }
      changed = true;
      if (kept_from < group.begin) out.add({slice.owner, {kept_from, group.begin}});
      kept_from = group.end;
      if (how == Reshaped::Gone) continue;
      wire::end_len(written, start);
      const size_t size = written.size() - BufferRef::kHead;
      const BufferRef buffer = BufferRef::of(static_cast<Writer&&>(written));
      const Bytes bytes{buffer.data(), size};
      const uint8_t* q = bytes.data();
      count(wire::next_field(q).content());
      out.add({buffer, bytes});
    }
    if (kept_from < end) out.add({slice.owner, {kept_from, end}});
  }
  if (same_items) out.items = in.items;
  return changed;
}

// A payload of groups that were written one after the other as fields with number 1.
inline Payload payload_of(Signal signal, const Writer& fields) {
  Payload out(signal);
  if (fields.empty()) return out;
  const BufferRef buffer = BufferRef::copy(fields.bytes());
  const Bytes bytes{buffer.data(), fields.size()};
  for (const uint8_t *p = bytes.data(), *end = p + bytes.size(); p < end;)
    out.items += items_of_group(signal, wire::next_field(p).content());
  out.add({buffer, bytes});
  return out;
}

// Hands on what a stateless processor made of `from`, which is taken when that is taken.
inline Status hand_on(const Consumer& next, Payload* from, Payload&& made) {
  Status status = Status::Ok;
  if (!made.slices.empty()) {
    made.metadata = from->metadata;
    made.compact();
    status = next.consume(next.self, &made);
  }
  if (status == Status::Ok) from->clear();
  return status;
}

// A processor without state of its own from one payload to the next: `f` as above.
template <class F>
Status consume_reshaped(const Consumer& next, Payload* payload, F f) {
  Payload made(payload->signal);
  if (!reshape(*payload, made, f)) return next.consume(next.self, payload);
  return hand_on(next, payload, static_cast<Payload&&>(made));
}

// ---- the levels of a group (opentelemetry/proto/{trace,metrics,logs}/v1)
// -------------------------------------------------------

enum Group : uint32_t { kResource = 1, kScopes = 2 };
enum Scope : uint32_t { kScope = 1, kRecords = 2 };

// Makes each record of a group anew: `f(record, scope)` changes one and says what became of it. Scopes and groups that
// are empty then go, also those that were before.
template <class F>
Reshaped reshape_records(Arena& arena, Bytes group, Writer& out, F f) {
  bool changed = false;
  uint64_t scopes = 0;
  for (const uint8_t *p = group.data(), *end = p + group.size(); p < end;) {
    const wire::RawField field = wire::next_field(p);
    if (field.number() != kScopes) {
      out.append(field.whole());
      continue;
    }
    const size_t before = out.size(), start = wire::begin_len(out, kScopes);
    uint64_t records = 0;
    const Bytes scope = field.content();
    for (const uint8_t *q = scope.data(), *scope_end = q + scope.size(); q < scope_end;) {
      const wire::RawField record = wire::next_field(q);
      if (record.number() != kRecords) {
        out.append(record.whole());
        continue;
      }
      Message m(arena, record.content());
      const Reshaped how = f(m);
      changed |= how != Reshaped::Same;
      records += how != Reshaped::Gone;
      if (how == Reshaped::Same) out.append(record.whole());
      else if (how == Reshaped::Changed) wire::put_len(out, kRecords, m.bytes());
    }
    wire::end_len(out, start);
    if (records == 0) out.truncate(before), changed = true;
    else ++scopes;
  }
  return scopes == 0 ? Reshaped::Gone : changed ? Reshaped::Changed : Reshaped::Same;
}

}  // namespace whittle::record
