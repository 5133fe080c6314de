// SPDX-License-Identifier: Apache-2.0
// Takes traces apart: the spans of each trace of a ResourceSpans as a ResourceSpans of their own, with copies of the
// resource and the scopes that they stand under (as batchpersignal.SplitTraces of the reference).
#pragma once

#include "runtime/base/keyed.h"
#include "runtime/base/payload.h"
#include "runtime/record/items.h"
#include "runtime/record/reshape.h"

namespace whittle::record {

constexpr uint32_t kTraceId = 1;  // of a Span
constexpr size_t kTraceIdSize = 16;
constexpr uint8_t kNoTraceId[kTraceIdSize] = {};

// The trace that a span belongs to: sixteen bytes, also where it names none.
inline Bytes trace_of(Bytes span) {
  Bytes id{kNoTraceId, kTraceIdSize};
  for (const uint8_t *p = span.data(), *end = p + span.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.number() == kTraceId && f.content().size() == kTraceIdSize) id = f.content();
  }
  return id;
}

template <class F>
void fields_of(Bytes message, F f) {
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) f(wire::next_field(p));
}

// What a payload may become when it is taken apart. Each trace has a copy of the resource, so a small request with a
// large resource and many traces would otherwise be as large as its sender likes.
constexpr uint64_t kMostSplit = 64 << 20;

// Calls `f(id, payload)` with the spans of each trace of each ResourceSpans, in the order in which traces first come.
// The payload has a buffer of its own, made just before the call, and `id` lies in `in`. False: all together would be
// larger than kMostSplit, and there was no call.
template <class F>
bool split_traces(const Runtime& runtime, const Payload& in, F f) {
  struct Piece {
    Bytes span;           // the field
    uint32_t scope;       // in `scopes`
    uint32_t next = ~0u;  // in `pieces`, of the same part
  };
  struct Part {
    Bytes id;
    uint32_t group;  // in `groups`
    uint32_t first, last;
  };
  std::vector<Writer> groups, scopes;  // what all parts have: the resource and its schema, the scope and its schema
  std::vector<Piece> pieces;
  std::vector<Part> parts;
  uint64_t size = 0;
  for (const Slice& slice : in.slices)
    for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
      const wire::RawField field = wire::next_field(p);
      if (field.number() != 1) continue;
      Writer& group = groups.emplace_back();
      fields_of(field.content(), [&](const wire::RawField& g) {
        if (g.number() != kScopes) group.append(g.whole());
      });
      Keyed<uint32_t> index(runtime);
      fields_of(field.content(), [&](const wire::RawField& g) {
        if (g.number() != kScopes) return;
        Writer& scope = scopes.emplace_back();
        fields_of(g.content(), [&](const wire::RawField& own) {
          if (own.number() != kRecords) scope.append(own.whole());
        });
        const auto scope_at = static_cast<uint32_t>(scopes.size() - 1);
        fields_of(g.content(), [&](const wire::RawField& span) {
          if (span.number() != kRecords) return;
          const Bytes id = trace_of(span.content());
          const auto at = static_cast<uint32_t>(pieces.size());
          bool made = false;
          uint32_t& known = index.get(id, made);
          if (made) {
            known = static_cast<uint32_t>(parts.size());
            parts.push_back({id, static_cast<uint32_t>(groups.size() - 1), at, at});
            size += group.size();
          }
          Part& part = parts[known];
          if (made || pieces[part.last].scope != scope_at) size += scope.size();
          if (!made) pieces[part.last].next = at;
          part.last = at;
          pieces.push_back({span.whole(), scope_at});
          size += span.whole().size();
        });
      });
    }
  if (size > kMostSplit) return false;
  for (const Part& part : parts) {
    Writer out;  // a `resource_spans` field
    const size_t group = wire::begin_len(out, 1);
    out.append(groups[part.group].bytes());
    for (uint32_t at = part.first; at != ~0u;) {
      const uint32_t of = pieces[at].scope;
      const size_t scope = wire::begin_len(out, kScopes);
      out.append(scopes[of].bytes());
      for (; at != ~0u && pieces[at].scope == of; at = pieces[at].next) out.append(pieces[at].span);
      wire::end_len(out, scope);
    }
    wire::end_len(out, group);
    f(part.id, payload_of(Signal::Traces, out));
  }
  return true;
}

}  // namespace whittle::record
