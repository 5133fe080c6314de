// SPDX-License-Identifier: Apache-2.0
// OTLP/JSON from a peer: whatever becomes protobuf is regular.
#include "runtime/base/check.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Signal signal = static_cast<Signal>(data[0] % 3);
  Writer out;
  if (!wire::json_to_proto(signal, {data + 1, size - 1}, out)) return 0;
  auto counts = wire::validate(signal, out.bytes());
  CHECK(counts && counts->regular);
  return 0;
}
