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

// Calls `f(id, payload)` with the spans of each trace of each ResourceSpans, in the order in which traces first come.
// The payload has a buffer of its own, and `id` lies in `in`.
template <class F>
void split_traces(const Runtime& runtime, const Payload& in, F f) {
  struct Part {
    Bytes id;
    Writer out;  // a `resource_spans` field
    size_t group = 0, scope = 0;
    uint64_t in_scope = 0;  // which scope is open, from 1
  };
  for (const Slice& slice : in.slices)
    for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
      const wire::RawField field = wire::next_field(p);
      if (field.number() != 1) continue;
      const Bytes group = field.content();
      Writer about;  // what all parts have: the resource and its schema
      for (const uint8_t *q = group.data(), *group_end = q + group.size(); q < group_end;)
        if (const wire::RawField g = wire::next_field(q); g.number() != kScopes) about.append(g.whole());
      std::vector<Part> parts;
      Keyed<size_t> index(runtime);
      uint64_t scope_number = 0;
      for (const uint8_t *q = group.data(), *group_end = q + group.size(); q < group_end;) {
        const wire::RawField g = wire::next_field(q);
        if (g.number() != kScopes) continue;
        ++scope_number;
        const Bytes scope = g.content();
        for (const uint8_t *r = scope.data(), *scope_end = r + scope.size(); r < scope_end;) {
          const wire::RawField span = wire::next_field(r);
          if (span.number() != kRecords) continue;
          const Bytes id = trace_of(span.content());
          bool made = false;
          size_t& at = index.get(id, made);
          if (made) {
            at = parts.size();
            parts.emplace_back();
            parts.back().id = id;
            parts.back().group = wire::begin_len(parts.back().out, 1);
            parts.back().out.append(about.bytes());
          }
          Part& part = parts[at];
          if (part.in_scope != scope_number) {
            if (part.in_scope != 0) wire::end_len(part.out, part.scope);
            part.in_scope = scope_number;
            part.scope = wire::begin_len(part.out, kScopes);
            for (const uint8_t* s = scope.data(); s < scope_end;)
              if (const wire::RawField own = wire::next_field(s); own.number() != kRecords)
                part.out.append(own.whole());
          }
          part.out.append(span.whole());
        }
      }
      for (Part& part : parts) {
        wire::end_len(part.out, part.scope);
        wire::end_len(part.out, part.group);
        f(part.id, payload_of(Signal::Traces, part.out));
      }
    }
}

}  // namespace whittle::record
