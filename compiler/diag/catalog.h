// SPDX-License-Identifier: Apache-2.0
// What each code means, at length: `whittle explain E0301`, and the rules of SARIF output. The texts are in the
// codes.md beside the code that emits them; codes.py makes the table of them when whittle is built.
#pragma once

#include <span>
#include <string_view>

namespace whittle::diag {

struct Explanation {
  std::string_view code;
  std::string_view title;
  std::string_view text;  // paragraphs, with an example
  bool deployed = false;  // of tasks and roles: comes up only where some are checked
};

// By code, in order of code.
std::span<const Explanation> catalog();

// Null for a code that there is not. Letters may be small.
const Explanation* explain(std::string_view code);

}  // namespace whittle::diag
