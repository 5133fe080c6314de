// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Double(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  switch (v.kind) {
  case ValueKind::Nil: *out = nil(); return true;
  case ValueKind::Double: *out = v; return true;
  case ValueKind::Int:
  case ValueKind::Bool: *out = real(static_cast<double>(v.integer)); return true;
  case ValueKind::String: {
    auto d = parse_go_double(v.as_text());
    if (!d) return run->fail("the text is no number");
    *out = real(*d);
    return true;
  }
  default: return run->fail("the argument cannot be a double");
  }
}

}  // namespace whittle::ottl
