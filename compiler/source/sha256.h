// SPDX-License-Identifier: Apache-2.0
// SHA-256 for names that follow from contents.
#pragma once

#include <string>
#include <string_view>

namespace whittle::source {

// Lower-case hex.
std::string sha256_hex(std::string_view bytes);

}  // namespace whittle::source
