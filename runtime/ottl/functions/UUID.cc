// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/runtime.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_UUID(Run* run, const Value* args, Value* out) {
  (void)args;
  char made[37];
  if (!run->runtime) return run->fail("there is no source of chance");
  run->runtime->uuid(made);
  *out = text(run->arena.copy(Text(made, 36)));
  return true;
}

}  // namespace whittle::ottl
