// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

namespace whittle::record {

extern "C" bool rt_edit_convert_gauge_to_sum(Run* run, Frame* const* frames, const Value* args) {
  Message m = message_of(*run, record_frame(frames));
  if (metric::data_of(m) != metric::kGauge) return true;
  Message sum(run->arena);
  sum.add_all(metric::kPoints, Message(run->arena, m.content(metric::kGauge)), metric::kPoints);
  sum.set_varint(metric::kTemporality, temporality_named(args[0].as_text()));
  sum.set_varint(metric::kMonotonic, args[1].integer != 0);
  metric::set_data(m, metric::kSum, sum);
  reopen(record_frame(frames), m);
  return true;
}

}  // namespace whittle::record
