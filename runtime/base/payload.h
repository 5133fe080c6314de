// SPDX-License-Identifier: Apache-2.0
// Telemetry on its way through a pipeline: OTLP protobuf bytes that have been checked once (wire/validate.h) and are
// never decoded into objects.
//
// The slices, joined, are one ExportTraceServiceRequest, ExportMetricsServiceRequest or ExportLogsServiceRequest: each
// slice is a run of whole `resource_spans` (`resource_metrics`, `resource_logs`) fields, field 1 with its tag and
// length, and nothing else. Concatenated protobuf messages are one merged message, so joining two payloads is joining
// two lists.
#pragma once

#include "runtime/base/buffer.h"

#include <vector>

namespace whittle {

// What a client sent beside its telemetry, when a component asked for it (`include_metadata`): header names in lower
// case with their values.
struct Metadata {
  struct Header {
    BufferRef owner;
    Text name, value;
  };
  std::vector<Header> headers;
};

struct Payload {
  Signal signal = Signal::Traces;
  uint64_t items = 0;  // spans, data points or log records
  uint64_t bytes = 0;  // sum of the slices' sizes
  std::vector<Slice> slices;
  Metadata metadata;

  Payload() = default;
  explicit Payload(Signal s) : signal(s) {}
  Payload(Payload&&) = default;
  Payload& operator=(Payload&&) = default;
  Payload(const Payload&) = delete;

  // A second payload of the same bytes (they are shared, not copied).
  Payload clone() const;
  // Takes the content of `other` in behind its own.
  void join(Payload&& other);
  void add(Slice slice) {
    bytes += slice.bytes.size();
    slices.push_back(static_cast<Slice&&>(slice));
  }
  // The bytes in one piece, appended to `out`.
  void flatten(class Writer& out) const;
};

}  // namespace whittle
