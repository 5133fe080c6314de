// SPDX-License-Identifier: Apache-2.0
// Time zones for programs that read times: their files, from the machine that compiles.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whittle::ottl {

// A table of zones as runtime/ottl/zone.h reads it: `location` first (nothing of it for "", "Local" and "UTC"), then,
// where `%Z` may name others, all that have a name of a few capitals. Nothing where the data of a zone is missing.
std::optional<std::string> zone_table(std::string_view location, bool named);

}  // namespace whittle::ottl
