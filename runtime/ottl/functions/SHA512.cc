// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/ottl/sequence.h"

#include <mbedtls/sha512.h>

namespace whittle::ottl {

extern "C" bool rt_ottl_SHA512(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  uint8_t digest[64];
  if (mbedtls_sha512(reinterpret_cast<const uint8_t*>(t.data()), t.size(), digest, 0) != 0)
    return run->fail("hashing failed");
  Writer w;
  append_hex(w, {digest, sizeof digest});
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
