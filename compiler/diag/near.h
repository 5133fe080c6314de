// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known name that a misspelt one is closest to.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace whittle::diag {

// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
int edit_distance(std::string_view a, std::string_view b);

// The nearest of `names`, or empty when none is near: at most a third of the letters may differ, case and separators
// hardly count, and the same words in another order are near.
std::string_view nearest(std::string_view name, std::span<const std::string_view> names);

}  // namespace whittle::diag
