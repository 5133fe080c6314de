// SPDX-License-Identifier: Apache-2.0
// What a collector takes along to recognise its own config (runtime/drift/table.h).
#pragma once

#include "compiler/check/config.h"

#include <string>

namespace whittle::plan {

// `config` is one without errors.
std::string drift_table(const check::Config& config);

}  // namespace whittle::plan
