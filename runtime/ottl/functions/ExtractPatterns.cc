// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/captures.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

// target, pattern: what the named groups of the first match hold; nothing where there is none.
extern "C" bool rt_ottl_ExtractPatterns(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  const Regex& pattern = *args[1].pattern;
  Captures captures(pattern, run->arena);
  auto* members = run->arena.array<Member>(pattern.groups.size);
  uint32_t size = 0;
  if (captures.find(t, 0)) {
    for (uint32_t g = 1; g < captures.groups(); ++g) {
      const Str& name = pattern.groups.data[g];
      if (name.size == 0) continue;
      Member made{name.data, static_cast<uint32_t>(name.size), 0, text(captures.group(t, g))};
      uint32_t i = 0;
      while (i < size && members[i].name() != made.name()) ++i;
      members[i] = made;
      if (i == size) ++size;
    }
  }
  bool named = false;
  for (uint64_t g = 0; g < pattern.groups.size; ++g) named = named || pattern.groups.data[g].size > 0;
  if (!named) return run->fail("the pattern has no named group");
  *out = map(members, size);
  return true;
}

}  // namespace whittle::ottl
