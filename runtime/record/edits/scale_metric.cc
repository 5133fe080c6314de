// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"
#include "runtime/record/scale.h"

namespace whittle::record {

// multiplier, unit
extern "C" bool rt_edit_scale_metric(Run* run, Frame* const* frames, const Value* args) {
  Text unit;
  if (given(args[1]) && !ottl::want_text(*run, args[1], unit)) return false;
  Message m = message_of(*run, record_frame(frames));
  const uint32_t data = metric::data_of(m);
  if (data == 0 || data == metric::kExponential) return run->fail("metrics of this type cannot be scaled");
  scale(run->arena, m, args[0].real);
  if (given(args[1])) m.set_text(metric::kUnit, unit);
  reopen(record_frame(frames), m);
  return true;
}

}  // namespace whittle::record
