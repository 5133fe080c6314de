// SPDX-License-Identifier: Apache-2.0
// Counting and dividing telemetry by its items: spans, log records, and the data points of metrics.
#pragma once

#include "runtime/base/payload.h"

namespace whittle {

// Items of one record: 1, or the data points of a Metric.
uint64_t items_of_record(Signal signal, Bytes record);
// Items of one ResourceSpans, ResourceMetrics or ResourceLogs message.
uint64_t items_of_group(Signal signal, Bytes group);

// Moves the first `n` items of `from` to the end of `to`, with copies of the resource, scope and metric that they stand
// under. Groups that move whole keep their bytes; at most one group is written anew: what is left of it in pieces of
// `n` items and larger ones, so that taking `n` again and again is cheap. `to` has the same
// signal.
void take_items(Payload& from, uint64_t n, Payload& to);

}  // namespace whittle
