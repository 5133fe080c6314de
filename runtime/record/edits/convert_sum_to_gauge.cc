// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

namespace whittle::record {

extern "C" bool rt_edit_convert_sum_to_gauge(Run* run, Frame* const* frames, const Value*) {
  Message m = message_of(*run, record_frame(frames));
  if (metric::data_of(m) != metric::kSum) return true;
  Message gauge(run->arena);
  gauge.add_all(metric::kPoints, Message(run->arena, m.content(metric::kSum)), metric::kPoints);
  metric::set_data(m, metric::kGauge, gauge);
  reopen(record_frame(frames), m);
  return true;
}

}  // namespace whittle::record
