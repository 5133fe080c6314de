// SPDX-License-Identifier: Apache-2.0
// Texts in quotes.
#pragma once

#include <string>
#include <string_view>

namespace whittle::source {

// A JSON string with its quotes.
std::string json_quote(std::string_view text);

}  // namespace whittle::source
