// SPDX-License-Identifier: Apache-2.0
// Zipkin's spans in each of their forms: what becomes of them is regular OTLP with as many spans as are told, and
// nothing is written for a request that is refused.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/zipkin/spans.h"

using namespace whittle;

namespace {

void check(const zipkin::Translated& done, const Writer& out) {
  if (done.wrong) {
    CHECK(out.empty());
    return;
  }
  const auto counts = wire::validate(Signal::Traces, out.bytes());
  CHECK(counts && counts->regular && counts->items == done.spans);
}

void translate(Bytes body, uint8_t form) {
  Writer out;
  switch (form % 4) {
  case 0: return check(zipkin::from_v1_json(body, form & 4, 7, out), out);
  case 1: return check(zipkin::from_v1_thrift(body, out), out);
  case 2: return check(zipkin::from_v2_json(body, form & 4, out), out);
  case 3: return check(zipkin::from_v2_protobuf(body, form & 4, out), out);
  }
}

constexpr Text kPieces[] = {"{\"traceId\":\"0000000000000001\",\"id\":\"0000000000000002\"",
                            "},",
                            "}",
                            "]",
                            ",\"annotations\":[",
                            ",\"binaryAnnotations\":[",
                            ",\"tags\":{",
                            ",\"localEndpoint\":{",
                            ",\"endpoint\":{",
                            "\"serviceName\":\"s\"",
                            ",\"ipv6\":\"1::2\"",
                            "\"ipv4\":\"1.2.3.4\"",
                            "{\"timestamp\":5,\"value\":\"a|{\\\"k\\\":1}|2\"}",
                            "{\"timestamp\":5,\"value\":\"cs\"",
                            "{\"key\":\"lc\",\"value\":\"c\"",
                            "\"otlp.link.0\":\"|||{}|1\"",
                            "\"otel.scope.name\":\"n\"",
                            "\"error\":\"true\"",
                            "\"host.id\":\"-5.5\"",
                            ",\"kind\":\"CLIENT\"",
                            ",\"timestamp\":9223372036854775807",
                            ",\"duration\":18446744073709551615",
                            "null",
                            ",",
                            "\xff",
                            ",\"parentId\":\"\""};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  translate({data + 1, size - 1}, data[0]);
  Writer made;
  made.byte('[');
  for (size_t i = 1; i < size; ++i) made.append(kPieces[data[i] % std::size(kPieces)]);
  made.byte(']');
  translate(made.bytes(), data[0] & ~1);
  // A list of one element, so that not all of thrift's inputs end at once.
  made.clear();
  made.append(Text("\x0c\x00\x00\x00\x01", 5));
  made.append(Bytes{data + 1, size - 1});
  translate(made.bytes(), 1);
  return 0;
}
