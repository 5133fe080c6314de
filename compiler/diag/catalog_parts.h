// SPDX-License-Identifier: Apache-2.0
// The parts of the catalog, each in order of its codes' numbers: below 900, 900 to 999, from 1000 on.
#pragma once

#include "compiler/diag/catalog.h"

namespace whittle::diag {

std::span<const Explanation> config_codes();
std::span<const Explanation> iam_codes();
std::span<const Explanation> ecs_codes();

}  // namespace whittle::diag
