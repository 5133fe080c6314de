// SPDX-License-Identifier: Apache-2.0
// Expressions about metrics (`match_type: expr`) as code for a stack of values: an Act, then two bytes, least first, of
// what it acts on. The compiler has seen to types and to the depth of the stack.
#pragma once

#include <stdint.h>

namespace whittle::record {

enum class Act : uint8_t {
  Constant,  // the one of that number
  Name,      // the metric's
  Type,      // the metric's, as a text
  HasLabel,  // of the key on top
  Label,     // of the key on top, empty where it is no text
  Compare,   // ottl::Comparison
  In,        // the value under as many others as that: it is one of them
  Not,
  Matches,  // the pattern of that number
  Contains,
  StartsWith,
  EndsWith,
  Join,    // two texts
  Length,  // of a text, in characters
  Lower,
  Upper,
  Trim,
  Pop,
  Jump,         // to that place
  JumpIfFalse,  // and leaves the truth where it is
  JumpIfTrue,
};

inline constexpr uint32_t kExpressionDepth = 64;

}  // namespace whittle::record
