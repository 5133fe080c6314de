// SPDX-License-Identifier: Apache-2.0
// Spans to X-Ray segment documents.
//
// A span becomes one document; the local root of a service that is at the same time a call to another becomes two, a
// segment for the service and a subsegment for the call. What is said of a resource is the same for all its spans, so
// it is written once and copied into each document.
#pragma once

#include "runtime/abi.h"
#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <vector>

namespace whittle::awsxray {

struct Options {
  List<Str> indexed_attributes{};
  bool index_all_attributes = false;
  List<Str> log_groups{};
};

// Ids for what has none in the telemetry: exceptions, and segments of local roots.
class IdSource {
public:
  explicit IdSource(uint64_t seed) : state_(seed) {}
  uint64_t next();

private:
  uint64_t state_;
};

// Where documents go. After each document, `done` is called with the place in `out` of its string: `out` then ends with
// it. `done` may empty `out` or append to it; the next document begins at its end.
struct Sink {
  Writer& out;
  void (*done)(void* context, size_t begin, size_t end);
  void* context;
};

class Encoder {
public:
  Encoder(const Options& options, IdSource ids);
  ~Encoder();
  Encoder(const Encoder&) = delete;

  // Encodes all spans of a request that validate() has accepted as regular. A document is written as a JSON string
  // (quoted and escaped), ready for the list TraceSegmentDocuments.
  void encode(Bytes request, const Sink& sink);

private:
  struct State;
  State* state_;
};

}  // namespace whittle::awsxray
