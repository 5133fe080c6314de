// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/runtime.h"
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/time_layout.h"

namespace whittle::ottl {

// time, format, location, locale. The location comes as a table of zones (zone.h), the locale as names of days and
// months.
extern "C" bool rt_ottl_Time(Run* run, const Value* args, Value* out) {
  Text t, format, zones, locale;
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], format)) return false;
  if (given(args[2]) && !want_text(*run, args[2], zones)) return false;
  if (given(args[3]) && !want_text(*run, args[3], locale)) return false;
  if (t.empty()) return run->fail("the time is empty");
  Value made;
  const int64_t now = run->runtime ? run->runtime->now_ns() : 0;
  if (!parse_time(t, format, zones, locale, now, run->arena, &made))
    return run->fail("the text is no time of that format");
  *out = made;
  return true;
}

}  // namespace whittle::ottl
