// SPDX-License-Identifier: Apache-2.0
// Arguments that are patterns and no literals: machine code calls these before the function.
#include "compiler/regex/glob.h"
#include "runtime/base/regex_compile.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

static bool pattern_of(Run* run, Text pattern, Value* out) {
  const Regex* regex = compile_passing_regex(pattern);
  if (!regex) return run->fail("the text is no pattern");
  *out = {ValueKind::Pattern};
  out->pattern = regex;
  return true;
}

extern "C" bool rt_pattern_of(Run* run, const Value* args, Value* out) {
  Text t;
  return want_text(*run, args[0], t) && pattern_of(run, t, out);
}

extern "C" bool rt_pattern_of_glob(Run* run, const Value* args, Value* out) {
  Text t;
  return want_text(*run, args[0], t) && pattern_of(run, regex::pattern_of_glob(t), out);
}

}  // namespace whittle::ottl
