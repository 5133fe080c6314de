// SPDX-License-Identifier: Apache-2.0
// Messages of the forward protocol: what becomes of them is regular OTLP with as many records as are told, nothing is
// written for what is refused, and a value that comes piece by piece ends where it ends as a whole.
#include "runtime/base/check.h"
#include "runtime/msgpack/reader.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/fluent_forward/message.h"

using namespace whittle;

namespace {

void translate(Bytes message) {
  Writer records, out;
  const fluent::Message m = fluent::read(message, records);
  if (m.wrong) {
    CHECK(records.empty());
    return;
  }
  fluent::finish(records, out);
  const auto counts = wire::validate(Signal::Logs, out.bytes());
  CHECK(counts && counts->regular && counts->items == m.records);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes in = {data, size};
  translate(in);
  msgpack::Scan whole, pieces;
  const msgpack::Read end = whole.go(in);
  msgpack::Read last = msgpack::Read::Short;
  for (size_t n = 0; n <= size && last == msgpack::Read::Short; ++n) last = pieces.go(in.first(n));
  CHECK(last == end && (end != msgpack::Read::Ok || whole.end() == pieces.end()));
  // A record, entries, and packed entries of these bytes.
  for (const Text head :
       {Text("\x93\xa1t\x05\x81\xa1k", 7), Text("\x93\xa1t\x91\x92\x05", 6), Text("\x92\xa1t\xc5", 4)}) {
    Writer made;
    made.append(head);
    if (head.ends_with('\xc5')) {
      made.byte(static_cast<uint8_t>(size >> 8));
      made.byte(static_cast<uint8_t>(size));
    }
    made.append(in);
    translate(made.bytes());
  }
  return 0;
}
