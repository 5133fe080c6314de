// SPDX-License-Identifier: Apache-2.0
// Telemetry as text for people: a line a record (normal) or every field (detailed), laid out as the Collector's debug
// exporter lays it out.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle {

// `request` has passed wire/validate.h.
void write_normal(Signal signal, Bytes request, Writer& out);
void write_detailed(Signal signal, Bytes request, Writer& out);

// Resources and, for metrics, metrics of a request: what the summary line counts beside the items.
struct DebugCounts {
  uint64_t resources = 0, metrics = 0;
};
DebugCounts debug_counts(Signal signal, Bytes request);

}  // namespace whittle
