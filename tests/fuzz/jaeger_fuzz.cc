// SPDX-License-Identifier: Apache-2.0
// Jaeger's batches in each of their forms: what becomes of them is regular OTLP with as many spans as are told, and
// nothing is written for a message that is refused.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/jaeger/spans.h"

using namespace whittle;

namespace {

void check(const jaeger::Translated& done, const Writer& out) {
  if (done.wrong) {
    CHECK(out.empty());
    return;
  }
  const auto counts = wire::validate(Signal::Traces, out.bytes());
  CHECK(counts && counts->regular && counts->items == done.spans);
}

// The heads of a batch of one span in compact thrift, so that not all inputs end at once.
constexpr Text kCompact("\x82\x81\x00\x09"
                        "emitBatch"
                        "\x1c\x1c\x18\x01s\x00\x19\x1c",
                        22);

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Writer out;
  check(jaeger::from_thrift({data, size}, out), out);
  out.clear();
  check(jaeger::from_datagram({data, size}, thrift::Protocol::Binary, out), out);
  out.clear();
  check(jaeger::from_datagram({data, size}, thrift::Protocol::Compact, out), out);
  out.clear();
  check(jaeger::from_protobuf({data, size}, out), out);
  Writer made;
  made.append(kCompact);
  made.append(Bytes{data, size});
  out.clear();
  check(jaeger::from_datagram(made.bytes(), thrift::Protocol::Compact, out), out);
  // A request of one batch of one span.
  if (size >= 126) return 0;
  made.clear();
  made.byte(0x0A);
  made.byte(static_cast<uint8_t>(size + 2));
  made.byte(0x0A);
  made.byte(static_cast<uint8_t>(size));
  made.append(Bytes{data, size});
  out.clear();
  check(jaeger::from_protobuf(made.bytes(), out), out);
  return 0;
}
