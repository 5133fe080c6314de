// SPDX-License-Identifier: Apache-2.0
// Components that the Collector's distributions have and whittle has not.
#pragma once

#include "compiler/schema/schema.h"

#include <span>
#include <string_view>

namespace whittle::check {

std::span<const std::string_view> known_elsewhere(schema::ComponentKind kind);

}  // namespace whittle::check
