// SPDX-License-Identifier: Apache-2.0
// Whom a gRPC client calls.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// `client` has the settings of `grpc_client`. Says what is wrong with its endpoint; an empty one is if `needed`.
void check_grpc_target(Check& check, const Value& client, bool needed);

}  // namespace whittle::check
