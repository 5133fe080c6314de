// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace whittle::regex {

// A glob (github.com/gobwas/glob without separators) as a pattern of the whole text.
std::string pattern_of_glob(std::string_view glob);

}  // namespace whittle::regex
