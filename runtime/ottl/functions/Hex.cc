// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Hex(Run* run, const Value* args, Value* out) {
  Bytes b;
  if (!as_bytes_like(*run, args[0], b)) return false;
  Writer w;
  append_hex(w, b);
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
