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
  case ValueKind::Double: *out = integer(to_int(v.real)); return true;
  default: return run->fail("the argument cannot be an int");
  }
}

}  // namespace whittle::ottl
