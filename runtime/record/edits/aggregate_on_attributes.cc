// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/aggregate.h"
#include "runtime/record/edits.h"

namespace whittle::record {

// aggregation_function, attributes: those that stay; all where they are not given.
extern "C" bool rt_edit_aggregate_on_attributes(Run* run, Frame* const* frames, const Value* args) {
  Message m = message_of(*run, record_frame(frames));
  if (metric::data_of(m) == metric::kSummary) return run->fail("summaries cannot be aggregated");
  if (given(args[1])) {
    const ottl::Items keep = ottl::items_of(args[1], run->arena);
    change_points(run->arena, m, [&](Message& point, uint32_t data) {
      const Message before = point;
      const uint32_t attributes = metric::attributes_of(data);
      point.erase(attributes);
      before.each(attributes, [&](Bytes pair) {
        const Text key = Message(run->arena, pair).text(1);
        for (const Value& k : keep)
          if (k.as_text() == key) return point.add(attributes, pair);
      });
    });
  }
  aggregate(run->arena, m, aggregation_named(args[0].as_text()));
  reopen(record_frame(frames), m);
  return true;
}

}  // namespace whittle::record
