// SPDX-License-Identifier: Apache-2.0
// ParseKeyValue: pairs that a delimiter divides, and another within each; quotes hold them together.
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

// Takes a pair apart. False: it has no delimiter.
bool take(Run& run, MapMaker& pairs, Writer& pair, Text delimiter) {
  const Text text = run.arena.copy(pair.text());
  pair.truncate(0);
  const size_t at = text.find(delimiter);
  if (at == Text::npos) return false;
  pairs.put(trim_space(text.substr(0, at)), ottl::text(trim_space(text.substr(at + delimiter.size()))));
  return true;
}

}  // namespace

// target, delimiter, pair_delimiter. Quotes hold pairs together and are left out (parseutils.SplitString).
extern "C" bool rt_ottl_ParseKeyValue(Run* run, const Value* args, Value* out) {
  Text t, delimiter = "=", between = " ";
  if (!want_text(*run, args[0], t)) return false;
  if (given(args[1])) delimiter = args[1].as_text();
  if (given(args[2])) between = args[2].as_text();
  if (t.empty()) return run->fail("the text is empty");
  MapMaker pairs(run->arena);
  bool good = true;
  Writer current;
  char quote = 0;
  bool escaped = false;
  for (size_t i = 0; i < t.size(); ++i) {
    const char c = t[i];
    if (!quote && t.substr(i).starts_with(between)) {
      if (current.size() > 0) good = take(*run, pairs, current, delimiter) && good;
      i += between.size() - 1;
      continue;
    }
    if (!escaped) {
      if (!quote && (c == '"' || c == '\'')) {
        quote = c;
        continue;
      }
      if (c == quote) {
        quote = 0;
        continue;
      }
      escaped = c == '\\';
    } else {
      escaped = false;
    }
    current.byte(static_cast<uint8_t>(c));
  }
  if (quote) return run->fail("a quoted value does not end");
  if (current.size() > 0) good = take(*run, pairs, current, delimiter) && good;
  if (!good) return run->fail("a pair has no delimiter");
  *out = pairs.give();
  return true;
}

}  // namespace whittle::ottl
