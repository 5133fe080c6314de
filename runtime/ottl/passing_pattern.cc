// SPDX-License-Identifier: Apache-2.0
// Arguments that are patterns and no literals: machine code calls these before the function.
#include "compiler/regex/glob.h"
#include "runtime/base/regex_compile.h"
#include "runtime/ottl/arguments.h"
#include "runtime/ottl/xpath.h"

#include <string>
#include <vector>

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

// The same for a value in which it is looked for: what is no text needs no pattern.
extern "C" bool rt_pattern_for(Run* run, const Value* args, Value* out) {
  if (args[1].is(ValueKind::String)) return rt_pattern_of(run, args, out);
  *out = nil();
  return true;
}

extern "C" bool rt_pattern_of_glob(Run* run, const Value* args, Value* out) {
  Text t;
  return want_text(*run, args[0], t) && pattern_of(run, regex::pattern_of_glob(t), out);
}

// A path of XML that holds patterns.
extern "C" bool rt_xpath_with_patterns(Run*, const Value* args, Value* out) {
  xpath_pattern = compile_passing_regex;
  *out = args[0];
  return true;
}

// How many definitions, the pattern, whether only what is named is found, the definitions.
extern "C" bool rt_pattern_of_grok(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[1], t)) return false;
  std::vector<std::string> definitions;
  for (int64_t i = 0; i < args[0].integer; ++i) definitions.emplace_back(args[3 + i].as_text());
  const bool named_only = args[2].integer != 0;
  const Regex* regex = compile_passing_grok(t, definitions, named_only);
  if (!regex) return run->fail("the text is no Grok pattern");
  if (named_only && regex->groups.size < 2) return run->fail("the pattern has no named group");
  *out = {ValueKind::Pattern};
  out->pattern = regex;
  return true;
}

}  // namespace whittle::ottl
