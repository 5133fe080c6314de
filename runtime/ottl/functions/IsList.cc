// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_IsList(Run* run, const Value* args, Value* out) {
  (void)run;
  *out = boolean(args[0].is_list());
  return true;
}

}  // namespace whittle::ottl
