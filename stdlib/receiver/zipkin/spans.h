// SPDX-License-Identifier: Apache-2.0
// Zipkin's spans as OTLP's, as the reference makes them (pkg/translator/zipkin).
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <stdint.h>

namespace whittle::zipkin {

struct Translated {
  uint64_t spans = 0;
  const char* wrong = nullptr;  // what is wrong with the request; then nothing was written
};

// Each appends regular OTLP (wire/validate.h) to `out`. `parse_tags`: tags that look like numbers and booleans become
// that. `now`: the start of spans that have none.
Translated from_v1_json(Bytes body, bool parse_tags, int64_t now, Writer& out);
Translated from_v1_thrift(Bytes body, Writer& out);
Translated from_v2_json(Bytes body, bool parse_tags, Writer& out);
Translated from_v2_protobuf(Bytes body, bool parse_tags, Writer& out);

}  // namespace whittle::zipkin
