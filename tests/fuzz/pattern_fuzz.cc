// SPDX-License-Identifier: Apache-2.0
// Patterns and texts, a line and what comes behind it: the table that says whether there is a match agrees with what
// looks for its place, and places lie in the text.
#include "runtime/base/captures.h"
#include "runtime/base/check.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/base/utf8.h"

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Text all = as_text({data, size});
  const size_t line = all.find('\n');
  if (line == Text::npos || line > 200) return 0;
  const Text text = all.substr(line + 1);
  // Attributes that are no UTF-8 are mended before a pattern sees them.
  if (utf8_valid_prefix(as_bytes(text)) != text.size()) return 0;
  const Regex* regex = compile_passing_regex(all.substr(0, line));
  if (!regex) return 0;
  const bool matches = regex_match(*regex, text);
  Arena arena;
  Captures captures(*regex, arena);
  const bool found = captures.find(text, 0);
  CHECK(matches == found);
  if (!found) return 0;
  const uint32_t begin = captures.begin(0), end = captures.end(0);
  CHECK(begin <= end && end <= text.size());
  for (uint32_t g = 1; g < captures.groups(); ++g) {
    if (captures.begin(g) == kNoPlace) continue;
    CHECK(captures.begin(g) <= captures.end(g) && captures.end(g) <= text.size());
  }
  // From behind the first match nothing is found before it.
  if (end < text.size() && captures.find(text, end)) CHECK(captures.begin(0) >= end);
  Writer replaced;
  replace_matches(captures, text, replaced, [&](Captures&) {});
  CHECK(replaced.size() <= text.size());
  return 0;
}
