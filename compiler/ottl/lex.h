// SPDX-License-Identifier: Apache-2.0
// A text as words. The reference tries its patterns in a fixed order at each place, so `1e3` is an int and a name, and
// the name of a converter is several words of one case each, with or without spaces between them.
#pragma once

#include "compiler/ottl/problem.h"

#include <optional>
#include <string_view>
#include <vector>

namespace whittle::ottl {

enum class Token : uint8_t {
  End,
  Bytes,   // 0x0fA0
  Float,   // 1.5, 1., .5e-3
  Int,     // 15
  String,  // "...", in quotes
  Nil,
  Not,
  Or,
  And,
  Compare,
  Arrow,  // =>
  AddSub,
  MulDiv,
  Boolean,
  Equal,
  Punct,  // one of (){}:,.[]
  Upper,  // [A-Z][A-Z0-9_]*
  Lower,  // [a-z][a-z0-9_]*
  Underscore,
};

struct Lexeme {
  Token kind = Token::End;
  Place place;
};

// The words of `text`, with an End behind the last; without them, `problem` says which character cannot be.
std::optional<std::vector<Lexeme>> lex(std::string_view text, Problem& problem);

// What a String token stands for, escapes resolved; without it, `problem` says which escape cannot be.
std::optional<std::string> unquote(std::string_view text, Place token, Problem& problem);

}  // namespace whittle::ottl
