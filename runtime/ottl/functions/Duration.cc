// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/duration.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Duration(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  // A bare number is no duration here, though it is one in a config; but for a single 0.
  if (!t.empty() && t.find_first_not_of("0123456789+-") == Text::npos && t != "0" && t != "+0" && t != "-0")
    return run->fail("a duration has no unit");
  auto d = parse_duration(t);
  if (!d) return run->fail("the text is no duration");
  *out = duration(*d);
  return true;
}

}  // namespace whittle::ottl
