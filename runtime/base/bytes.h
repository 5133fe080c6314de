// SPDX-License-Identifier: Apache-2.0
// Borrowed bytes and text, and the way between them and the config's own strings.
#pragma once

#include "runtime/abi.h"

#include <span>
#include <stdint.h>
#include <string_view>

namespace whittle {

using Bytes = std::span<const uint8_t>;
using Text = std::string_view;

inline Text view(Str s) {
  return {s.data, static_cast<size_t>(s.size)};
}
inline Text as_text(Bytes b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}
inline Bytes as_bytes(Text t) {
  return {reinterpret_cast<const uint8_t*>(t.data()), t.size()};
}

}  // namespace whittle
