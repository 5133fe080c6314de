// SPDX-License-Identifier: Apache-2.0
// Protobuf to JSON and back says the same: the second JSON equals the first.
#include "runtime/base/check.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Signal signal = static_cast<Signal>(data[0] % 3);
  Bytes request(data + 1, size - 1);
  auto counts = wire::validate(signal, request);
  if (!counts) return 0;
  Writer normal;
  if (!counts->regular) {
    CHECK(wire::normalize(signal, request, normal));
    request = normal.bytes();
  }
  Writer first, back, second;
  wire::proto_to_json(signal, request, first);
  CHECK(wire::json_to_proto(signal, first.bytes(), back));
  wire::proto_to_json(signal, back.bytes(), second);
  CHECK(first.text() == second.text());
  return 0;
}
