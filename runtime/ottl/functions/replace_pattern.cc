// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/replace.h"

namespace whittle::ottl {

// target, regex_pattern, replacement, function, replacement_format
extern "C" bool rt_ottl_replace_pattern(Run* run, const Value* args, Value* out) {
  *out = args[0];
  if (args[0].is(ValueKind::Nil)) return true;
  Replacement r{{}, &args[3], &args[4]};
  if (!want_text(*run, args[2], r.text)) return false;
  if (!args[0].is(ValueKind::String)) return true;
  Captures captures(*args[1].pattern, run->arena);
  Text made;
  if (!replace_in(*run, captures, args[0].as_text(), r, made)) return false;
  *out = text(made);
  return true;
}

}  // namespace whittle::ottl
