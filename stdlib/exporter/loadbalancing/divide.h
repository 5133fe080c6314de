// SPDX-License-Identifier: Apache-2.0
// Divides a payload among servers. What goes whole keeps its bytes; what is divided has, for each server that gets some
// of it, a copy of the resource, scope and metric that it stands under.
#pragma once

#include "runtime/base/runtime.h"
#include "stdlib/exporter/loadbalancing/loadbalancing_config.h"
#include "stdlib/exporter/loadbalancing/ring.h"

#include "runtime/base/payload.h"

namespace whittle {

// What may be copied of one payload: each server has what many records share.
constexpr uint64_t kMostDivided = 8 << 20;

// `parts` gets a payload for each name of the ring, some of them empty. `in` stays as it is. False: more than
// kMostDivided would have to be copied.
bool divide(const Runtime& runtime, const config::Loadbalancing& config, const Ring& ring, const Payload& in,
            std::vector<Payload>& parts);

}  // namespace whittle
