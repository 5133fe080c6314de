// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_IsMatch(Run* run, const Value* args, Value* out) {
  Text t;
  if (args[0].is(ValueKind::Nil)) {
    *out = boolean(false);
    return true;
  }
  if (!as_text_like(*run, args[0], t)) return false;
  *out = boolean(regex_match(*args[1].pattern, t));
  return true;
}

}  // namespace whittle::ottl
