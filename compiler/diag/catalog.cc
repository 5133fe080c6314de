// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/catalog.h"

#include "compiler/diag/catalog_parts.h"

#include <algorithm>
#include <vector>

namespace whittle::diag {

std::span<const Explanation> catalog() {
  static const std::vector<Explanation> all = [] {
    std::vector<Explanation> out;
    for (auto part : {config_codes(), iam_codes(), ecs_codes()}) out.insert(out.end(), part.begin(), part.end());
    return out;
  }();
  return all;
}

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
