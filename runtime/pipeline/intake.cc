// SPDX-License-Identifier: Apache-2.0
#include "runtime/pipeline/intake.h"

#include "runtime/base/self_metrics.h"
#include "runtime/pipeline/room.h"

namespace whittle {

Intake::Intake(const ComponentContext& context, Signal signal, Text transport, Text scope)
    : runtime_(*context.runtime), out_(context.out[static_cast<uint32_t>(signal)]), signal_(signal) {
  struct Names {
    Text accepted, refused, unit;
  };
  static constexpr Names kNames[] = {
      {"otelcol_receiver_accepted_spans", "otelcol_receiver_refused_spans", "{span}"},
      {"otelcol_receiver_accepted_metric_points", "otelcol_receiver_refused_metric_points", "{datapoint}"},
      {"otelcol_receiver_accepted_log_records", "otelcol_receiver_refused_log_records", "{record}"},
  };
  const Names& names = kNames[static_cast<uint32_t>(signal)];
  auto counter = [&](Text name, Text help) {
    return context.runtime->metrics->counter({name, help, names.unit, scope},
                                             {{"receiver", view(context.id)}, {"transport", transport}});
  };
  accepted_ = counter(names.accepted, "Number of items successfully pushed into the pipeline.");
  refused_ = counter(names.refused, "Number of items that could not be pushed into the pipeline.");
}

Status Intake::take(const Writer& request, uint64_t items, Metadata&& metadata) {
  const Status status = try_to_take(request, items, static_cast<Metadata&&>(metadata));
  if (status == Status::Refused) refuse(items);
  return status;
}

Status Intake::try_to_take(const Writer& request, uint64_t items, Metadata&& metadata) {
  if (items == 0 || !out_.consume) return Status::Ok;
  Payload payload(signal_);
  payload.items = items;
  payload.metadata = static_cast<Metadata&&>(metadata);
  BufferRef buffer = BufferRef::copy(request.bytes());
  const Bytes bytes = {buffer.data(), request.size()};
  payload.add({static_cast<BufferRef&&>(buffer), bytes});
  const Status status = offer(runtime_, out_, payload);
  if (status == Status::Ok) *accepted_ += static_cast<int64_t>(items);
  if (status == Status::Invalid) refuse(items);
  return status;
}

}  // namespace whittle
