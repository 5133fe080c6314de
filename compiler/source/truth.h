// SPDX-License-Identifier: Apache-2.0
// Answers about what is not known to the end: a value that comes when the collector starts, a text that a template
// leaves open. They combine as in Kleene's logic: unknown stays unknown unless the other side decides.
#pragma once

#include <cstdint>

namespace whittle {

enum class Truth : uint8_t { False, True, Unknown };

constexpr Truth truth_of(bool b) {
  return b ? Truth::True : Truth::False;
}
constexpr Truth opposite(Truth t) {
  return t == Truth::Unknown ? t : truth_of(t == Truth::False);
}
constexpr Truth both(Truth a, Truth b) {
  if (a == Truth::False || b == Truth::False) return Truth::False;
  return a == Truth::Unknown || b == Truth::Unknown ? Truth::Unknown : Truth::True;
}
constexpr Truth either(Truth a, Truth b) {
  return opposite(both(opposite(a), opposite(b)));
}

}  // namespace whittle
