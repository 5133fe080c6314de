// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace whittle::regex {

// A glob (github.com/gobwas/glob) as a pattern of the whole text. Where there is a separator, `*` and `?` stop at it
// and
// `**` does not.
std::string pattern_of_glob(std::string_view glob, char separator = 0);

}  // namespace whittle::regex
