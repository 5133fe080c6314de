// SPDX-License-Identifier: Apache-2.0
// What may not stand in a JSON string as it is (RFC 8259, section 7), and what is written in its place. U+2028 and
// U+2029 are escaped too, as Go's encoding/json does: they end lines for readers that take JSON line by line.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string_view>

namespace whittle {

struct JsonEscape {
  char text[6]{};     // "\\n", "\\u001f"
  uint8_t size = 0;   // of `text`; 0: nothing to escape here
  uint8_t taken = 1;  // bytes of the string that it stands for
};

// For the beginning of `rest`, which is not empty and is valid UTF-8.
constexpr JsonEscape json_escape(std::string_view rest) {
  auto c = static_cast<uint8_t>(rest[0]);
  switch (c) {
  case '"': return {"\\\"", 2};
  case '\\': return {"\\\\", 2};
  case '\n': return {"\\n", 2};
  case '\r': return {"\\r", 2};
  case '\t': return {"\\t", 2};
  case '\b': return {"\\b", 2};
  case '\f': return {"\\f", 2};
  default: break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  if (c < 0x20) return {{'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]}, 6};
  if (c == 0xE2 && rest.size() > 2 && rest[1] == '\x80' && (rest[2] == '\xA8' || rest[2] == '\xA9'))
    return {{'\\', 'u', '2', '0', '2', rest[2] == '\xA8' ? '8' : '9'}, 6, 3};
  return {};
}

}  // namespace whittle
