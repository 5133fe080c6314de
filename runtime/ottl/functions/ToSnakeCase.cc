// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"
#include "runtime/ottl/cases.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_ToSnakeCase(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  Writer w;
  to_snake(w, t);
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
