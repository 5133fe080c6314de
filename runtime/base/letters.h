// SPDX-License-Identifier: Apache-2.0
// Which characters are letters.
#pragma once

#include <stdint.h>

namespace whittle {

// True for a code point of Unicode's general category L.
bool is_letter(uint32_t code_point);

}  // namespace whittle
