// SPDX-License-Identifier: Apache-2.0
// ParseSeverity: the severity whose rules in a mapping a value meets: itself, a range of numbers, or a class such as
// `5xx`.
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

// The whole mapping is held to its shape, as the reference does when it reads the config.
enum class Fit : uint8_t { No, Yes, Wrong };

// "2xx" to "5xx", or a map of `min` and `max`.
bool bounds(const Value& range, int64_t& low, int64_t& high) {
  if (range.is(ValueKind::String)) {
    const Text t = range.as_text();
    if (t.size() != 3 || t[0] < '2' || t[0] > '5' || t.substr(1) != "xx") return false;
    low = (t[0] - '0') * 100, high = low + 99;
    return true;
  }
  Value min, max;
  if (!range.is_map() || !find(range, "min", &min) || !find(range, "max", &max)) return false;
  low = min.integer, high = max.integer;
  return min.is(ValueKind::Int) && max.is(ValueKind::Int);
}

Fit fits(const Value& criterion, const Value& v, Arena& arena) {
  if (!criterion.is_map()) return Fit::Wrong;
  Fit fit = Fit::No;
  Value equals, range;
  if (find(criterion, "equals", &equals)) {
    if (!equals.is_list()) return Fit::Wrong;
    for (const Value& text : items_of(equals, arena)) {
      if (!text.is(ValueKind::String)) return Fit::Wrong;
      if (v.is(ValueKind::String) && v.as_text() == text.as_text()) fit = Fit::Yes;
    }
  }
  if (find(criterion, "range", &range)) {
    int64_t low, high;
    if (!bounds(range, low, high)) return Fit::Wrong;
    if (v.is(ValueKind::Int) && v.integer >= low && v.integer <= high) fit = Fit::Yes;
  }
  return fit;
}

}  // namespace

extern "C" bool rt_ottl_ParseSeverity(Run* run, const Value* args, Value* out) {
  if (!want_map(*run, args[1])) return false;
  const Value& v = args[0];
  const Member* found = nullptr;
  bool criteria = false;
  for (const Member& level : members_of(args[1], run->arena)) {
    if (!level.value.is_list()) return run->fail("the criteria of a level are not a list");
    for (const Value& criterion : items_of(level.value, run->arena)) {
      criteria = true;
      const Fit fit = fits(criterion, v, run->arena);
      if (fit == Fit::Wrong) return run->fail("a criterion of the mapping is none");
      if (fit == Fit::Yes && !found) found = &level;
    }
  }
  if (criteria && !v.is(ValueKind::String) && !v.is(ValueKind::Int))
    return run->fail("only strings and ints have a severity");
  if (!found) return run->fail("no level fits");
  *out = text(found->name());
  return true;
}

}  // namespace whittle::ottl
