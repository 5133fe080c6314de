// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Bool(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  switch (v.kind) {
  case ValueKind::Nil: *out = nil(); return true;
  case ValueKind::Bool:
  case ValueKind::Int: *out = boolean(v.integer != 0); return true;
  case ValueKind::Double: *out = boolean(v.real != 0); return true;
  case ValueKind::String: {
    const Text t = v.as_text();
    for (Text yes : {"1", "t", "T", "true", "TRUE", "True"})
      if (t == yes) return *out = boolean(true), true;
    for (Text no : {"0", "f", "F", "false", "FALSE", "False"})
      if (t == no) return *out = boolean(false), true;
    return run->fail("the text is no truth value");
  }
  default: return run->fail("the argument cannot be a bool");
  }
}

}  // namespace whittle::ottl
