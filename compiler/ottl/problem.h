// SPDX-License-Identifier: Apache-2.0
// What is wrong with a statement, in places of its text. Who knows where that text stands in a config turns it into a
// diagnostic (report.h).
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/ottl/tree.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace whittle::ottl {

// What other versions of the language have not got (dialects.h); an error only where one is meant. The message is a
// part of a sentence that begins with the version.
inline constexpr std::string_view kVersionCode = "E1433";

struct Problem {
  std::string_view code{};
  Place place{};
  std::string message{};
  std::string label{};                 // said at the place, may be empty
  std::string near{};                  // what may have been meant, may be empty
  std::string help{};                  // may be empty
  uint16_t since = 0, until = 0xffff;  // the versions of which it is said, both included

  bool warning() const { return !code.starts_with('E') || code == kVersionCode; }
};

template <class... Args>
Problem problem_of(const diag::Diag<Args...>& sentence, Place place, const std::type_identity_t<Args>&... args) {
  return {sentence.code, place, diag::detail::fill(sentence.text, args...)};
}

}  // namespace whittle::ottl
