// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Int(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  switch (v.kind) {
  case ValueKind::Nil: *out = nil(); return true;
  case ValueKind::Int:
  case ValueKind::Bool: *out = integer(v.integer); return true;
  case ValueKind::String: {
    auto n = parse_int(v.as_text());
    *out = n ? integer(*n) : nil();
    return true;
  }
  case ValueKind::Double:
    // What does not fit is what amd64 makes of it.
    *out = integer(v.real >= -9223372036854775808.0 && v.real < 9223372036854775808.0 ? static_cast<int64_t>(v.real)
                                                                                      : INT64_MIN);
    return true;
  default: return run->fail("the argument cannot be an int");
  }
}

}  // namespace whittle::ottl
