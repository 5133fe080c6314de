// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"
#include "runtime/ottl/point_attributes.h"

namespace whittle::ottl {

// The metric's data points come in front.
extern "C" bool rt_ottl_HasAttrKeyOnDatapoint(Run* run, const Value* args, Value* out) {
  if (!args[0].is(ValueKind::DataPoints)) return run->fail("the metric has no data");
  Value ignored;
  *out = boolean(first_attribute(args[0], args[1].as_text(), &ignored));
  return true;
}

}  // namespace whittle::ottl
