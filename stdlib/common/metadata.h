// SPDX-License-Identifier: Apache-2.0
// Request headers that processors look at: receivers hand them on only where `include_metadata` says so.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// Warns for each pipeline in which the processor `instance` stands and no receiver hands on metadata; `setting` is the
// setting called `name` that asks for it.
void check_metadata(Check& check, const Instance& instance, const Value& setting, std::string_view name);

}  // namespace whittle::check
