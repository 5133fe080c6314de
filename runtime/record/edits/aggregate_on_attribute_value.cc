// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/aggregate.h"
#include "runtime/record/edits.h"

namespace whittle::record {

// aggregation_function, attribute, values, new_value. An attribute that is no text counts as an empty one.
extern "C" bool rt_edit_aggregate_on_attribute_value(Run* run, Frame* const* frames, const Value* args) {
  Message m = message_of(*run, record_frame(frames));
  const Text key = args[1].as_text();
  const ottl::Items values = ottl::items_of(args[2], run->arena);
  change_points(run->arena, m, [&](Message& point, uint32_t data) {
    const Message before = point;
    const uint32_t attributes = metric::attributes_of(data);
    bool found = false;
    point.erase(attributes);
    before.each(attributes, [&](Bytes content) {
      const Message pair(run->arena, content);
      bool ours = !found && pair.text(1) == key;
      found |= ours;
      if (ours) {
        const Value v = ottl::from_any(pair.content(2));
        const Text text = v.is(ValueKind::String) ? v.as_text() : Text();
        ours = false;
        for (const Value& wanted : values) ours |= wanted.as_text() == text;
      }
      if (!ours) return point.add(attributes, content);
      Writer w;
      ottl::put_pair(w, attributes, key, args[3]);
      const Bytes field = as_bytes(run->arena.copy(w.text()));
      const uint8_t* p = field.data();
      point.add(attributes, wire::next_field(p).content());
    });
  });
  if (metric::data_of(m) == metric::kSummary) {
    // The reference loses the points of a summary.
    Message kept(run->arena);
    for (uint32_t number : {metric::kName, metric::kDescription, metric::kUnit}) kept.set_text(number, m.text(number));
    metric::set_data(kept, metric::kSummary, Message(run->arena));
    m = kept;
  } else {
    aggregate(run->arena, m, aggregation_named(args[0].as_text()));
  }
  reopen(record_frame(frames), m);
  return true;
}

}  // namespace whittle::record
