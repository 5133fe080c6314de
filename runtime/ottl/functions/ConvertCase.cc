// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"
#include "runtime/ottl/cases.h"

namespace whittle::ottl {

// target, to_case: the check has seen that it is one of the four.
extern "C" bool rt_ottl_ConvertCase(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  const Text to = args[1].as_text();
  Writer w;
  if (to == "lower") to_lower(w, t);
  else if (to == "upper") to_upper(w, t);
  else if (to == "snake") to_snake(w, t);
  else to_camel(w, t);
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
