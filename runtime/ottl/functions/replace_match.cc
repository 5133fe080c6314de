// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"
#include "runtime/ottl/replace.h"

namespace whittle::ottl {

// target, pattern, replacement, function, replacement_format
extern "C" bool rt_ottl_replace_match(Run* run, const Value* args, Value* out) {
  *out = args[0];
  Replacement r{{}, &args[3], &args[4]};
  if (!want_text(*run, args[2], r.text) || !finish_replacement(*run, r, r.text)) return false;
  if (args[0].is(ValueKind::String) && regex_match(*args[1].pattern, args[0].as_text())) *out = text(r.text);
  return true;
}

}  // namespace whittle::ottl
