// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/ottl/murmur3.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// In hexadecimal digits of its bytes, least first.
extern "C" bool rt_ottl_Murmur3Hash128(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  uint64_t hash[2];
  murmur3_128(as_bytes(t), hash);
  Writer w;
  append_hex(w, {reinterpret_cast<const uint8_t*>(hash), 16});
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
