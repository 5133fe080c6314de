// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/fdlibm.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

// The argument as the reference's FloatLike getter takes it: numbers, truth values, and texts that are numbers.
extern "C" bool rt_ottl_Log(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  double d;
  switch (v.kind) {
  case ValueKind::Double: d = v.real; break;
  case ValueKind::Int:
  case ValueKind::Bool: d = static_cast<double>(v.integer); break;
  case ValueKind::String: {
    auto n = parse_go_double(v.as_text());
    if (!n) return run->fail("the text is no number");
    d = *n;
    break;
  }
  default: return run->fail("the argument is no number");
  }
  if (d <= 0) return run->fail("the argument is not greater than zero");
  *out = real(fdlibm_log(d));
  return true;
}

}  // namespace whittle::ottl
