// SPDX-License-Identifier: Apache-2.0
// OTLP/JSON: protobuf's JSON mapping with ids in hex and enums as numbers.
#pragma once

#include "runtime/base/result.h"
#include "runtime/base/writer.h"
#include "runtime/wire/schema.h"

namespace whittle::wire {

// Appends the protobuf form of an export request in OTLP/JSON to `out`. It is regular (wire/validate.h). Names are
// taken in camelCase and in snake_case, 64-bit integers as strings or numbers, enums as numbers or names; unknown
// names are ignored. On failure `out` is as it was; the error's offset is meaningful for a mistake of JSON's grammar.
Result<void> json_to_proto(Signal signal, Bytes json, Writer& out);

// The same for any message of the schema.
Result<void> json_to_proto(const MessageType& type, Bytes json, Writer& out);

// Appends the OTLP/JSON form of a request that validate() accepted. Default values are left out as the Collector leaves
// them out.
void proto_to_json(Signal signal, Bytes request, Writer& out);
void proto_to_json(const MessageType& type, Bytes message, Writer& out);

}  // namespace whittle::wire
