// SPDX-License-Identifier: Apache-2.0
// XPath within the arguments of XML functions, held to what the reference's engine takes.
#pragma once

#include <string>
#include <string_view>

namespace whittle::ottl {

// Whether the reference's XPath engine takes `text`; otherwise `at` is where it stops, and `why` says why. XPath 1.0
// with some functions of 2.0; what follows a whole expression is not looked at.
bool check_xpath(std::string_view text, size_t& at, std::string& why);

}  // namespace whittle::ottl
