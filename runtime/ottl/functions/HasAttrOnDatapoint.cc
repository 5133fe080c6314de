// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"
#include "runtime/ottl/point_attributes.h"

namespace whittle::ottl {

// The metric's data points come in front. An attribute that is no text counts as an empty one.
extern "C" bool rt_ottl_HasAttrOnDatapoint(Run* run, const Value* args, Value* out) {
  if (!args[0].is(ValueKind::DataPoints)) return run->fail("the metric has no data");
  Value v;
  const bool found = first_attribute(args[0], args[1].as_text(), &v);
  *out = boolean(found && (v.is(ValueKind::String) ? v.as_text() : Text()) == args[2].as_text());
  return true;
}

}  // namespace whittle::ottl
