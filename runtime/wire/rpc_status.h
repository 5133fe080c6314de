// SPDX-License-Identifier: Apache-2.0
// google.rpc.Status, the body of an OTLP/HTTP error answer and gRPC's grpc-status-details-bin.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <optional>

namespace whittle::wire {

// Appends a Status in protobuf, with a RetryInfo when `retry_after_ns` is positive.
void put_rpc_status(Writer& out, int32_t code, Text message, int64_t retry_after_ns = 0);

// The same in JSON.
void put_rpc_status_json(Writer& out, int32_t code, Text message, int64_t retry_after_ns = 0);

// How long the RetryInfo in a Status from a peer asks to wait, if it holds one and is well-formed.
std::optional<int64_t> retry_delay_ns(Bytes status);

}  // namespace whittle::wire
