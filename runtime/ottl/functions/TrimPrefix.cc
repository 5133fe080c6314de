// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_TrimPrefix(Run* run, const Value* args, Value* out) {
  Text t, prefix;
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], prefix)) return false;
  *out = text(t.starts_with(prefix) ? t.substr(prefix.size()) : t);
  return true;
}

}  // namespace whittle::ottl
