// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Base64Decode(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  Writer w;
  if (!append_decoded_base64(w, t)) return run->fail("the text is no base64");
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
