// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xxh3.h"
#include "runtime/base/json.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_XXH3(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  const uint64_t hash = __builtin_bswap64(xxh3_64(as_bytes(t)));
  Writer w;
  append_hex(w, {reinterpret_cast<const uint8_t*>(&hash), 8});
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
