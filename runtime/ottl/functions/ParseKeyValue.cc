// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

#include <vector>

namespace whittle::ottl {

namespace {

bool space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
Text trimmed(Text t) {
  while (!t.empty() && space(t.front())) t.remove_prefix(1);
  while (!t.empty() && space(t.back())) t.remove_suffix(1);
  return t;
}

// Pairs as they are taken apart, into a map: of equal keys the last value counts.
struct Pairs {
  Run& run;
  Text delimiter;
  std::vector<Member> members;
  bool good = true;

  void take(Writer& pair) {
    const Text text = run.arena.copy(pair.text());
    pair.truncate(0);
    const size_t at = text.find(delimiter);
    if (at == Text::npos) {
      good = false;
      return;
    }
    const Text key = trimmed(text.substr(0, at)), value = trimmed(text.substr(at + delimiter.size()));
    for (Member& m : members)
      if (m.name() == key) {
        m.value = ottl::text(value);
        return;
      }
    members.push_back({key.data(), static_cast<uint32_t>(key.size()), 0, ottl::text(value)});
  }
};

}  // namespace

// target, delimiter, pair_delimiter. Quotes hold pairs together and are left out (parseutils.SplitString).
extern "C" bool rt_ottl_ParseKeyValue(Run* run, const Value* args, Value* out) {
  Text t, delimiter = "=", between = " ";
  if (!want_text(*run, args[0], t)) return false;
  if (given(args[1])) delimiter = args[1].as_text();
  if (given(args[2])) between = args[2].as_text();
  if (t.empty()) return run->fail("the text is empty");
  Pairs pairs{*run, delimiter, {}};
  Writer current;
  char quote = 0;
  bool escaped = false;
  for (size_t i = 0; i < t.size(); ++i) {
    const char c = t[i];
    if (!quote && t.substr(i).starts_with(between)) {
      if (current.size() > 0) pairs.take(current);
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
  if (current.size() > 0) pairs.take(current);
  if (!pairs.good) return run->fail("a pair has no delimiter");
  auto* members = run->arena.array<Member>(pairs.members.size());
  for (size_t i = 0; i < pairs.members.size(); ++i) members[i] = pairs.members[i];
  *out = map(members, pairs.members.size());
  return true;
}

}  // namespace whittle::ottl
