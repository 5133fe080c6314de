// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

namespace whittle::record {

// attribute_key, suffix
extern "C" bool rt_edit_convert_summary_quantile_val_to_gauge(Run* run, Frame* const* frames, const Value* args) {
  constexpr uint32_t kQuantiles = 6, kQuantile = 1, kValue = 2, kAttributes = 7;
  const Message m = message_of(*run, record_frame(frames));
  if (metric::data_of(m) != metric::kSummary) return true;
  const Text key = given(args[0]) ? args[0].as_text() : Text("quantile");
  Message made =
      derived(*run, frames, m, metric::kSummary, metric::kGauge,
              given(args[1]) ? args[1].as_text() : Text(".quantiles"), [](const Message&, Message&) { return false; });
  Message gauge(run->arena);
  Message(run->arena, m.content(metric::kSummary)).each(metric::kPoints, [&](Bytes content) {
    const Message point(run->arena, content);
    point.each(kQuantiles, [&](Bytes quantile) {
      const Message q(run->arena, quantile);
      Message number = metric::number_point(run->arena, point, metric::kSummary);
      // In place of an attribute of that name.
      const Message before = number;
      number.erase(kAttributes);
      bool there = false;
      auto pair = [&] {
        Writer w;
        ottl::put_pair(w, kAttributes, key, ottl::real(q.real(kQuantile)));
        const Bytes field = as_bytes(run->arena.copy(w.text()));
        const uint8_t* p = field.data();
        number.add(kAttributes, wire::next_field(p).content());
      };
      before.each(kAttributes, [&](Bytes attribute) {
        if (Message(run->arena, attribute).text(1) != key || there) return number.add(kAttributes, attribute);
        there = true;
        pair();
      });
      if (!there) pair();
      number.set_real(metric::kAsDouble, q.real(kValue), true);
      gauge.add(metric::kPoints, number);
    });
  });
  metric::set_data(made, metric::kGauge, gauge);
  return add_metric(*run, made);
}

}  // namespace whittle::record
