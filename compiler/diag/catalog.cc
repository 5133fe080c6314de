// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/catalog.h"

#include <algorithm>

namespace whittle::diag {

const Explanation* explain(std::string_view code) {
  if (code.size() != 5) return nullptr;
  auto same = [&](std::string_view c) {
    char first = code[0] >= 'a' && code[0] <= 'z' ? static_cast<char>(code[0] - 'a' + 'A') : code[0];
    return c[0] == first && c.substr(1) == code.substr(1);
  };
  auto all = catalog();
  auto it = std::find_if(all.begin(), all.end(), [&](const Explanation& e) { return same(e.code); });
  return it == all.end() ? nullptr : &*it;
}

}  // namespace whittle::diag
