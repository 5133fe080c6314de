// SPDX-License-Identifier: Apache-2.0
// Content codings: never more than the limit.
#include "runtime/base/check.h"
#include "runtime/codec/decompress.h"

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr size_t kLimit = 100'000;
  if (size == 0) return 0;
  const auto out = decompress(static_cast<Coding>(data[0] % 7), {data + 1, size - 1}, kLimit);
  CHECK(!out || out->size <= kLimit);
  return 0;
}
