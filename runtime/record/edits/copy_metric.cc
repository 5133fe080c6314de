// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

namespace whittle::record {

// name, description, unit. The copy is there even where one of them fails.
extern "C" bool rt_edit_copy_metric(Run* run, Frame* const* frames, const Value* args) {
  Message m = message_of(*run, record_frame(frames));
  constexpr uint32_t kFields[] = {metric::kName, metric::kDescription, metric::kUnit};
  bool good = true;
  for (int i = 0; i < 3 && good; ++i) {
    Text t;
    if (!given(args[i])) continue;
    good = ottl::want_text(*run, args[i], t);
    if (good) m.set_text(kFields[i], t);
  }
  return add_metric(*run, m) && good;
}

}  // namespace whittle::record
