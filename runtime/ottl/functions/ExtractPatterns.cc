// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/captures.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// target, pattern: what the named groups of the first match hold; nothing where there is none.
extern "C" bool rt_ottl_ExtractPatterns(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  const Regex& pattern = *args[1].pattern;
  Captures captures(pattern, run->arena);
  MapMaker found(run->arena);
  const bool matched = captures.find(t, 0);
  bool named = false;
  for (uint32_t g = 1; g < captures.groups(); ++g) {
    const Str& name = pattern.groups.data[g];
    if (name.size == 0) continue;
    named = true;
    if (matched) found.put({name.data, static_cast<size_t>(name.size)}, text(captures.group(t, g)));
  }
  if (!named) return run->fail("the pattern has no named group");
  *out = found.give();
  return true;
}

}  // namespace whittle::ottl
