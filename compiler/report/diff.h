// SPDX-License-Identifier: Apache-2.0
// Two versions of a text, as a unified diff.
#pragma once

#include <string>
#include <string_view>

namespace whittle::report {

// Empty for equal texts. `name` stands in both headers.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace whittle::report
