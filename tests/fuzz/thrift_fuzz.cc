// SPDX-License-Identifier: Apache-2.0
// Both of thrift's protocols: whatever is read ends, and within the input.
#include "runtime/base/check.h"
#include "runtime/thrift/reader.h"

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const thrift::Protocol p : {thrift::Protocol::Binary, thrift::Protocol::Compact}) {
    thrift::Reader message({data, size}, p);
    message.message();
    message.skip(thrift::Type::Struct);
    CHECK(message.offset() <= size);
    thrift::Reader values({data, size}, p);
    uint64_t calls = 0;
    values.structure([&](thrift::Type type, int16_t id) {
      CHECK(++calls <= size);
      if (id == 1) CHECK(values.bytes().size() <= size);
      else if (id == 2) values.list(thrift::Type::Double, [&] { values.real(); });
      else if (id == 3) values.boolean();
      else values.skip(type);
    });
    CHECK(values.offset() <= size);
  }
  return 0;
}
