// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

namespace whittle::record {

// string_agg_temp, monotonic, suffix: for each data point that it is called for, all of the metric's.
extern "C" bool rt_edit_convert_summary_count_val_to_sum(Run* run, Frame* const* frames, const Value* args) {
  const Message m = message_of(*run, record_frame(frames));
  if (metric::data_of(m) != metric::kSummary) return true;
  Message made = derived(*run, frames, m, metric::kSummary, metric::kSum,
                         given(args[2]) ? args[2].as_text() : Text("_count"), [](const Message& point, Message& out) {
                           out.set_fixed(metric::kAsInt, point.fixed(metric::kCount), true);
                           return true;
                         });
  describe_sum(*run, made, temporality_named(args[0].as_text()), args[1].integer != 0);
  return add_metric(*run, made);
}

}  // namespace whittle::record
