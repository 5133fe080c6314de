// SPDX-License-Identifier: Apache-2.0
// What a backend says of an OTLP request that it took, over HTTP or gRPC: it may still reject some of its items.
#pragma once

#include "runtime/export/queue.h"

namespace whittle {

// `answer`: an Export...ServiceResponse in protobuf; anything else counts as one that says nothing. Ends `item`.
void otlp_taken(ExportQueue& queue, Outgoing& item, Runtime& runtime, Text exporter, Bytes answer);

}  // namespace whittle
