// SPDX-License-Identifier: Apache-2.0
// What validate() accepts, views and JSON read without going out of bounds; what it calls irregular becomes regular.
#include "runtime/base/check.h"
#include "runtime/wire/json.h"
#include "runtime/wire/otlp_views.h"
#include "runtime/wire/validate.h"

#include <stdlib.h>
#include <vector>

using namespace whittle;

static uint64_t walk(Bytes request) {
  uint64_t spans = 0;
  for (auto rs : views::ExportTraceServiceRequest(request).resource_spans)
    for (auto ss : rs.scope_spans)
      for (auto span : ss.spans) {
        ++spans;
        for (auto a : span.attributes)
          spans += a.value.get().value_case > views::AnyValue::ValueCase::StringValueStrindex;
        for (auto e : span.events) spans += e.time_unix_nano == 1 && e.attributes.size() > e.attributes.count;
      }
  return spans;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Signal signal = static_cast<Signal>(data[0] % 3);
  std::vector<uint8_t> exact(data + 1, data + size);  // its end is where ASan looks
  Bytes request(exact);
  auto counts = wire::validate(signal, request);
  if (!counts) {
    CHECK(counts.error().offset <= request.size());
    return 0;
  }
  Writer json;
  wire::proto_to_json(signal, request, json);
  if (signal == Signal::Traces) walk(request);
  if (counts->regular) return 0;
  Writer normal;
  auto after = wire::normalize(signal, request, normal);
  CHECK(after && after->regular);
  return 0;
}
