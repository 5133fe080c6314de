// SPDX-License-Identifier: Apache-2.0
// OTLP over gRPC: the method of a signal, and what becomes of a payload by the answer. What may be tried again follows
// the OTLP specification ("OTLP/gRPC Response"): RESOURCE_EXHAUSTED only with a RetryInfo.
#pragma once

#include "runtime/export/queue.h"
#include "runtime/grpc/channel.h"

namespace whittle {

// A literal.
Text otlp_method(Signal signal);

// True for failures that may pass.
bool otlp_may_pass(const GrpcReply& reply);

// Ends `item`, or has it tried again. `exporter` is the id that a log line names.
void otlp_answered(ExportQueue& queue, Outgoing& item, Runtime& runtime, Text exporter, const GrpcReply& reply);

}  // namespace whittle
