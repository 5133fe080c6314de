// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/md5.h"
#include "runtime/base/json.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_MD5(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  uint8_t digest[16];
  md5(as_bytes(t), digest);
  Writer w;
  append_hex(w, {digest, sizeof digest});
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
