// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

namespace whittle::record {

// monotonic, suffix
extern "C" bool rt_edit_extract_sum_metric(Run* run, Frame* const* frames, const Value* args) {
  const Message m = message_of(*run, record_frame(frames));
  const uint32_t data = metric::data_of(m);
  const uint64_t temporality = data == metric::kSummary
                                   ? uint64_t{metric::kCumulative}
                                   : Message(run->arena, m.content(data)).varint(metric::kTemporality);
  const bool sums = data == metric::kHistogram || data == metric::kExponential || data == metric::kSummary;
  if (!sums || temporality == metric::kUnspecified) return run->fail("the metric is no histogram and no summary");
  bool any = false;
  Message made = derived(*run, frames, m, data, metric::kSum, given(args[1]) ? args[1].as_text() : Text("_sum"),
                         [&](const Message& point, Message& out) {
                           if (data != metric::kSummary && !point.has(metric::kPointSum)) return false;
                           out.set_real(metric::kAsDouble, point.real(metric::kPointSum), true);
                           return any = true;
                         });
  describe_sum(*run, made, temporality, args[0].integer != 0);
  return !any || add_metric(*run, made);
}

}  // namespace whittle::record
