// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_TrimSuffix(Run* run, const Value* args, Value* out) {
  Text t, suffix;
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], suffix)) return false;
  *out = text(t.ends_with(suffix) ? t.substr(0, t.size() - suffix.size()) : t);
  return true;
}

}  // namespace whittle::ottl
