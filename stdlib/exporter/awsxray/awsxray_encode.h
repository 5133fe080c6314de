// SPDX-License-Identifier: Apache-2.0
// Spans to X-Ray segment documents.
//
// A span becomes one document; the local root of a service that is at the same time a call to another becomes two, a
// segment for the service and a subsegment for the call. What is said of a resource is the same for all its spans, so
// it is written once and copied into each document.
#pragma once

#include "runtime/abi.h"
#include "runtime/base/buffer.h"
#include "runtime/base/writer.h"
#include "runtime/wire/otlp_views.h"

#include <span>

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

// A place among the spans of a payload. A copy taken before encoding on leads to the same documents again, down to the
// ids that are drawn.
class SpanWalk {
public:
  // At the first span. The slices are regular (wire/validate.h), and stay where they are.
  SpanWalk(std::span<const Slice> slices, IdSource ids) : slices_(slices), ids_(ids) {}

private:
  friend class Encoder;
  bool next(views::Span& span);

  // What is left of a message. Its fields are looked at one by one: to look at all spans of a scope before the first is
  // written would wait for the memory of each.
  struct Rest {
    const uint8_t *at = nullptr, *end = nullptr;

    Rest() = default;
    explicit Rest(Bytes message) : at(message.data()), end(at + message.size()) {}
    // The content of the next field of that number; false: there is none.
    bool next(uint32_t number, Bytes& content) {
      while (at < end)
        if (const wire::RawField f = wire::next_field(at); f.number() == number) return content = f.content(), true;
      return false;
    }
  };

  std::span<const Slice> slices_;
  IdSource ids_;
  size_t slice_ = 0;
  Rest groups_, scopes_, spans_;
  Bytes resource_;
  uint64_t resource_token_ = 0;  // names what the encoder has prepared for the resource; 0: nothing yet
};

class Encoder {
public:
  explicit Encoder(const Options& options);
  ~Encoder();
  Encoder(const Encoder&) = delete;

  // Encodes the next span as one or two documents, each a JSON string (quoted and escaped), ready for the list
  // TraceSegmentDocuments. False when there are no more spans.
  bool next(SpanWalk& walk, const Sink& sink);

private:
  struct State;
  State* state_;
};

}  // namespace whittle::awsxray
