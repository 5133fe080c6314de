// SPDX-License-Identifier: Apache-2.0
// Where receivers of other formats than OTLP hand on what they made of a message: counted as the Collector counts what
// receivers take in (receiverhelper.ObsReport).
#pragma once

#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"

namespace whittle {

class Intake {
public:
  // `transport` and `scope` are attributes of the counters, borrowed.
  Intake(const ComponentContext& context, Signal signal, Text transport, Text scope);
  Intake(const Intake&) = delete;

  // `request` is regular OTLP (wire/validate.h) with so many items. Without items nothing is handed on.
  Status take(const Writer& request, uint64_t items, Metadata&& metadata = {});
  // The same for whoever waits for room (pipeline/room.h) and tries again: what is refused now is not counted.
  Status try_to_take(const Writer& request, uint64_t items, Metadata&& metadata = {});
  // So many items came and are lost.
  void refuse(uint64_t items) { *refused_ += static_cast<int64_t>(items); }

private:
  Runtime& runtime_;
  Consumer out_;
  Signal signal_;
  int64_t *accepted_, *refused_;
};

}  // namespace whittle
