// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"
#include "runtime/wire/wire.h"

namespace whittle::ottl {

// How many messages of that number there are.
static int64_t count(const Value& v, uint32_t number) {
  int64_t n = 0;
  for (const uint8_t *p = v.bytes, *end = p + v.size; p < end;) n += wire::next_field(p).number() == number;
  return n;
}

extern "C" bool rt_ottl_Len(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  if (v.is(ValueKind::String)) *out = integer(v.size);
  else if (v.is(ValueKind::Bytes) || v.is_map() || v.is_list()) *out = integer(length_of(v));
  else if (v.is(ValueKind::Events) || v.is(ValueKind::Links) || v.is(ValueKind::Exemplars) ||
           v.is(ValueKind::Quantiles))
    *out = integer(count(v, v.detail));
  else if (v.is(ValueKind::DataPoints)) *out = integer(count(v, 1));
  else return run->fail("the argument has no length");
  return true;
}

}  // namespace whittle::ottl
