// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Concat(Run* run, const Value* args, Value* out) {
  Items values;
  Text delimiter;
  if (!want_list(*run, args[0]) || !want_text(*run, args[1], delimiter)) return false;
  values = items_of(args[0], run->arena);
  Writer w;
  for (uint32_t i = 0; i < values.size; ++i) {
    if (i > 0) w.append(delimiter);
    if (values[i].is(ValueKind::Nil)) w.append(Text("<nil>"));
    else if (!append_string_like(w, values[i], run->arena)) return run->fail("an element has no text");
  }
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
