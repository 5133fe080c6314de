// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/xxh3.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_XXH128(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  const xxh3::Wide hash = xxh3_128(as_bytes(t));
  const uint64_t digits[] = {__builtin_bswap64(hash.high), __builtin_bswap64(hash.low)};
  Writer w;
  append_hex(w, {reinterpret_cast<const uint8_t*>(digits), 16});
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
