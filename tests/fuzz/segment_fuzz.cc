// SPDX-License-Identifier: Apache-2.0
// X-Ray segment documents: what becomes spans is well-formed OTLP with as many spans as are told, and nothing is
// written for a document that is refused.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/awsxray/spans.h"

using namespace whittle;

namespace {

void translate(Text document) {
  Writer out;
  Arena arena;
  const xray::Translated done = xray::translate(document, arena, out);
  CHECK(done.spans >= 1);
  if (done.wrong) {
    CHECK(out.empty());
    return;
  }
  const auto counts = wire::validate(Signal::Traces, out.bytes());
  CHECK(counts && counts->items == done.spans);
}

// Members that a segment may have, so that not every input is refused for what it lacks.
constexpr Text kPieces[] = {"\"name\":\"n\"",
                            "\"id\":\"70de5b6f19ff9a0a\"",
                            "\"start_time\":1.5",
                            "\"trace_id\":\"1-5f84c7a1-e7d1852db8c4fd35d88bf49a\"",
                            "\"subsegments\":[",
                            "{",
                            "}",
                            "]",
                            "\"cause\":",
                            "\"exceptions\":[",
                            "\"stack\":[",
                            "\"aws\":{",
                            "\"sql\":{",
                            "\"url\":\"a:b/c?d\"",
                            "\"http\":{",
                            "\"request\":{",
                            "\"response\":{",
                            "\"status\":500",
                            "\"metadata\":{",
                            "\"m\":{",
                            "\"annotations\":{",
                            "null",
                            "1e300",
                            "true",
                            "\"x\"",
                            "\"k\":",
                            ",",
                            "\"label\":\"l\"",
                            "\"cloudwatch_logs\":[",
                            "\"namespace\":\"aws\""};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  translate(as_text({data, size}));
  Writer made;
  made.append(Text("{\"name\":\"n\",\"id\":\"70de5b6f19ff9a0a\",\"start_time\":1.5,"
                   "\"trace_id\":\"1-5f84c7a1-e7d1852db8c4fd35d88bf49a\",\"metadata\":{\"m\":{"));
  made.append(as_text({data, size}));
  made.append(Text("}}}"));
  translate(made.text());
  made.clear();
  for (size_t i = 0; i < size; ++i) made.append(kPieces[data[i] % std::size(kPieces)]);
  translate(made.text());
  return 0;
}
