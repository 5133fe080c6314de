// SPDX-License-Identifier: Apache-2.0
// Hands every payload on as it is: the answer is that of the pipelines behind it.
#include "runtime/base/payload.h"
#include "runtime/pipeline/room.h"

namespace whittle {

extern "C" Status connector_forward_consume(void* self, Payload* payload) {
  const auto& context = *static_cast<const ComponentContext*>(self);
  return offer(*context.runtime, context.out[static_cast<uint32_t>(payload->signal)], *payload);
}

extern "C" const ComponentOps connector_forward_ops = {
    .create = [](const ComponentContext* context) -> void* { return const_cast<ComponentContext*>(context); },
};

}  // namespace whittle
