// SPDX-License-Identifier: Apache-2.0
// Jaeger's spans as OTLP's, as the reference makes them (pkg/translator/jaeger). Batches of thrift and of protobuf are
// read into the same lists; spans.cc says what these become.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"
#include "runtime/thrift/reader.h"
#include "runtime/wire/attribute_map.h"

#include <vector>

namespace whittle::jaeger {

struct Translated {
  uint64_t spans = 0;           // that were written
  const char* wrong = nullptr;  // what is wrong with the message; then nothing was written
};

// Each appends regular OTLP (wire/validate.h) to `out`.
//
// A Batch in thrift's binary protocol, as it comes by HTTP.
Translated from_thrift(Bytes batch, Writer& out);
// A call of agent.Agent's emitBatch, as it comes in a datagram.
Translated from_datagram(Bytes message, thrift::Protocol protocol, Writer& out);
// A jaeger.api_v2.PostSpansRequest.
Translated from_protobuf(Bytes request, Writer& out);

using TagKind = wire::AttributeMap::Kind;

struct Tag {
  Text key, content;
  uint64_t bits = 0;
  TagKind kind = TagKind::Text;  // None: of a type that nobody knows
  int32_t type = 0;              // the number of that type
};
struct Run {
  size_t begin = 0, end = 0;
};
struct Reference {
  uint64_t trace_high = 0, trace_low = 0, span = 0;
  bool child_of = false, follows_from = false;
};
struct Log {
  uint64_t time = 0;  // nanoseconds
  Run fields;
};
struct Span {
  uint64_t trace_high = 0, trace_low = 0, id = 0, parent = 0;
  Text name;
  uint64_t start = 0, end = 0;  // nanoseconds
  Run references, tags, logs;
  uint32_t process = 0;
  bool blank = false;  // nothing in it at all
};
struct Process {
  Text service;
  Run tags;
};

// Runs are of the lists named like them; `fields` of `log_fields`.
struct Batch {
  std::vector<Process> processes;
  std::vector<Span> spans;
  std::vector<Reference> references;
  std::vector<Log> logs;
  std::vector<Tag> process_tags, span_tags, log_fields;
  bool of_protobuf = false;  // scopes and the state of traces are taken from tags

  size_t held() const {
    return spans.size() * sizeof(Span) + references.size() * sizeof(Reference) + logs.size() * sizeof(Log) +
           (process_tags.size() + span_tags.size() + log_fields.size()) * sizeof(Tag);
  }
  // More than a body of that size may make of itself; what clients send is far below.
  bool too_large(size_t body) const { return held() > (8 << 20) + 3 * body; }
};

// Appends what they become; the number of spans.
uint64_t translate(const Batch& batch, Writer& out);

}  // namespace whittle::jaeger
