// SPDX-License-Identifier: Apache-2.0
// What functions that change whole messages, metrics above all, have in common. A file each in edits/, found by name:
// `extern "C" bool rt_edit_NAME(Run*, Frame* const* frames, const Value* args)`, which gives false, with the reason in
// the run, when it fails.
#pragma once

#include "runtime/ottl/arguments.h"
#include "runtime/record/frame.h"
#include "runtime/record/message.h"

namespace whittle::record {

using ottl::given;
using ottl::Run;
using ottl::Value;
using ottl::ValueKind;

// The message of a frame as it is now.
Message message_of(Run& run, const Frame& frame);
// Lets the frame go on with another message in its place.
void reopen(Frame& frame, const Message& message);

// Adds a metric behind those of the scope that is open; it will be looked at as they are. False: there are too many.
bool add_metric(Run& run, const Message& metric);

inline Frame& record_frame(Frame* const* frames) {
  return *frames[static_cast<uint32_t>(Level::Record)];
}
inline Frame& point_frame(Frame* const* frames) {
  return *frames[static_cast<uint32_t>(Level::Inner)];
}

// The data points of a metric, as they are now, in order.
template <class F>
void each_point(Run& run, Frame* const* frames, const Message& of, F f) {
  uint32_t index = 0;
  of.each(metric::kPoints, [&](Bytes content) {
    const uint32_t i = index++;
    if (run.inner && i == point_frame(frames).index) f(message_of(run, point_frame(frames)));
    else if (run.inner && i < run.inner->size() && (*run.inner)[i].data()) f(Message(run.arena, (*run.inner)[i]));
    else f(Message(run.arena, content));
  });
}

// A sum or gauge made of each data point of `from`, whose data is `data`: `value(point, made)` sets the made point's
// value and says whether there is one. The name is `from`'s with `suffix`.
template <class F>
Message derived(Run& run, Frame* const* frames, const Message& from, uint32_t data, uint32_t kind, Text suffix,
                F value) {
  Message made(run.arena), points(run.arena);
  Writer name;
  name.append(from.text(metric::kName));
  name.append(suffix);
  made.set_text(metric::kName, run.arena.copy(name.text()));
  made.set_text(metric::kDescription, from.text(metric::kDescription));
  made.set_text(metric::kUnit, from.text(metric::kUnit));
  const Message of(run.arena, from.content(data));
  each_point(run, frames, of, [&](const Message& point) {
    Message number = metric::number_point(run.arena, point, data);
    if (value(point, number)) points.add(metric::kPoints, number);
  });
  metric::set_data(made, kind, points);
  return made;
}

// Makes it a sum of these properties.
inline void describe_sum(Run& run, Message& made, uint64_t temporality, bool monotonic) {
  Message sum(run.arena, made.content(metric::kSum));
  sum.set_varint(metric::kTemporality, temporality);
  sum.set_varint(metric::kMonotonic, monotonic);
  metric::set_data(made, metric::kSum, sum);
}

inline uint64_t temporality_named(Text name) {
  return name == "delta" ? metric::kDelta : metric::kCumulative;
}

}  // namespace whittle::record
