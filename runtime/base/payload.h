// SPDX-License-Identifier: Apache-2.0
// Telemetry on its way through a pipeline: OTLP protobuf bytes that have been checked once (wire/validate.h) and are
// never decoded into objects.
//
// The slices, joined, are one ExportTraceServiceRequest, ExportMetricsServiceRequest or ExportLogsServiceRequest: each
// slice is a run of whole `resource_spans` (`resource_metrics`, `resource_logs`) fields, field 1 with its tag and
// length, and nothing else. Concatenated protobuf messages are one merged message, so joining two payloads is joining
// two lists.
//
// Payloads follow the contract of abi.h: whoever is offered one takes all of it or leaves it as it was. Whoever changes
// telemetry makes a new payload, which shares the buffers of what did not change.
#pragma once

#include "runtime/base/buffer.h"
#include "runtime/base/peer.h"

#include <vector>

namespace whittle {

// What is known of a request beside its telemetry: who sent it, and, when a component asked for it
// (`include_metadata`), header names in lower case with their values.
struct Metadata {
  struct Header {
    BufferRef owner;
    Text name, value;
    bool operator==(const Header& o) const { return name == o.name && value == o.value; }
  };
  std::vector<Header> headers;
  PeerAddress peer;

  // Those that `keys` name, in whatever letters, in the order of the keys.
  std::vector<Header> named(List<Str> keys) const;
};

// A moved-from payload is empty in every field.
struct Payload {
  Signal signal = Signal::Traces;
  uint64_t items = 0;  // spans, data points or log records
  uint64_t bytes = 0;  // sum of the slices' sizes
  std::vector<Slice> slices;
  Metadata metadata;

  Payload() = default;
  explicit Payload(Signal s) : signal(s) {}
  Payload(Payload&& o) noexcept : signal(o.signal) { take(o); }
  Payload& operator=(Payload&& o) noexcept {
    signal = o.signal;
    take(o);
    return *this;
  }
  Payload(const Payload&) = delete;

  bool empty() const { return items == 0 && slices.empty(); }
  void clear() { Payload gone(static_cast<Payload&&>(*this)); }
  // A second payload of the same bytes (they are shared, not copied).
  Payload clone() const;
  // Takes the content of `other` in behind its own. Nobody is known to have sent all of it, and headers stay where they
  // are those of both.
  void join(Payload&& other);
  void add(Slice slice) {
    bytes += slice.bytes.size();
    slices.push_back(static_cast<Slice&&>(slice));
  }
  // The bytes in one piece, appended to `out`.
  void flatten(class Writer& out) const;

  // The memory that this payload keeps from being freed: the whole of each buffer of which it has a part, once, and the
  // lists. What other payloads share of it is counted with each of them.
  uint64_t held() const;
  // Copies what is a small part of its buffer (less than a quarter) into a buffer of its own size, so that the rest can
  // go. Costs no more than copying a quarter of what was received.
  void compact();

private:
  void take(Payload& o) {
    items = o.items;
    bytes = o.bytes;
    slices = static_cast<std::vector<Slice>&&>(o.slices);
    metadata.headers = static_cast<std::vector<Metadata::Header>&&>(o.metadata.headers);
    o.items = o.bytes = 0;
    o.slices.clear();
    o.metadata.headers.clear();
    metadata.peer = o.metadata.peer;
    o.metadata.peer = {};
  }
};

}  // namespace whittle
