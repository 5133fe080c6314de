// SPDX-License-Identifier: Apache-2.0
// Names that come from elsewhere: time zones, and encodings of characters.
#pragma once

#include <string_view>
#include <vector>

namespace whittle::ottl {

// "Europe/Berlin", "UTC".
bool is_time_zone(std::string_view name);
// "ISO-8859-1", in any case.
bool is_encoding(std::string_view name);

// All of them, to find what was meant.
std::vector<std::string_view> time_zones();
std::vector<std::string_view> encodings();

}  // namespace whittle::ottl
