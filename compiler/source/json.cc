// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/json.h"

#include "base/json.h"

namespace whittle::source {

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    JsonEscape escape = json_escape(text);
    if (escape.size == 0) out += text[0];
    else out.append(escape.text, escape.size);
    text.remove_prefix(escape.taken);
  }
  return out += '"';
}

}  // namespace whittle::source
