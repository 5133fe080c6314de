// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/base/runtime.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// RFC 9562, section 5.7: milliseconds since 1970, then chance.
extern "C" bool rt_ottl_UUIDv7(Run* run, const Value* args, Value* out) {
  (void)args;
  if (!run->runtime) return run->fail("there is no source of chance");
  uint8_t b[16];
  run->runtime->random(b, sizeof b);
  const auto ms = static_cast<uint64_t>(run->runtime->now_ns() / 1000000);
  for (int i = 0; i < 6; ++i) b[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  b[6] = static_cast<uint8_t>(0x70 | (b[6] & 0x0F));
  b[8] = static_cast<uint8_t>(0x80 | (b[8] & 0x3F));
  Writer w;
  size_t at = 0;
  for (size_t n : {4, 2, 2, 2, 6}) {
    if (at > 0) w.byte('-');
    append_hex(w, {b + at, n});
    at += n;
  }
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
