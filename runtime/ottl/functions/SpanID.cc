// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

#include <string.h>

namespace whittle::ottl {

static bool from_hex(Bytes digits, uint8_t* out) {
  auto digit = [](uint8_t c) {
    return c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1;
  };
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]), low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    out[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

extern "C" bool rt_ottl_SpanID(Run* run, const Value* args, Value* out) {
  Bytes b;
  if (!as_bytes_like(*run, args[0], b)) return false;
  auto* id = run->arena.array<uint8_t>(8);
  if (b.size() == 8) {
    memcpy(id, b.data(), 8);
  } else if (b.size() != 8 * 2 || !from_hex(b, id)) {
    return run->fail("an id has 8 bytes, or twice as many digits");
  }
  *out = bytes({id, 8}, ValueKind::SpanId);
  return true;
}

}  // namespace whittle::ottl
