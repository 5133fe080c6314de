// SPDX-License-Identifier: Apache-2.0
// What an exporter says of its items to the collector's own metrics, by the names of the reference's exporterhelper
// (`otelcol_exporter_sent_spans` and its like). Everyone who loses telemetry on an exporter's behalf counts here.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/base/self_metrics.h"

namespace whittle {

struct ExportCounters {
  int64_t* sent;    // taken by the backend
  int64_t* failed;  // given up after attempts to send
  int64_t* lost;    // never queued, and nobody will offer them again
};

// The counters of the exporter `id` for a signal; the same cells for the same exporter.
ExportCounters export_counters(SelfMetrics& metrics, Text id, Signal signal);

// Why items of an exporter are lost.
enum class Loss : uint32_t {
  Refused,     // the backend will never take them
  Rejected,    // it took the rest of their request
  GivenUp,     // trying again took too long, or is off
  Abandoned,   // their sender does not wait any more, and has no good answer
  NoRoom,      // one way out of several had none
  Unreadable,  // they were on a disk
};
inline constexpr uint32_t kLosses = 6;
// The reason as the counter's label and the log say it.
Text loss_name(Loss loss);
// The counter of items that an exporter lost for one reason; beside those of the reference, which know of no reasons.
int64_t* lost_items(SelfMetrics& metrics, Text exporter, Loss loss);

// The counter of items that a processor lost: those that what comes after it refused for good.
int64_t* dropped_items(SelfMetrics& metrics, Text processor, Signal signal);

// Counters of items that a processor handed on, and of those that it refused.
int64_t* accepted_items(SelfMetrics& metrics, Text processor, Signal signal);
int64_t* refused_items(SelfMetrics& metrics, Text processor, Signal signal);

}  // namespace whittle
