// SPDX-License-Identifier: Apache-2.0
// What is wrong with a statement, in places of its text. Who knows where that text stands in a config turns it into a
// diagnostic (report.h).
#pragma once

#include "compiler/ottl/tree.h"

#include <cstdint>
#include <string>

namespace whittle::ottl {

struct Problem {
  enum class Kind : uint8_t {
    Syntax,
    Path,
    Function,
    Arguments,
    Enum,
    Type,     // a value of this type cannot be here
    Context,  // no context can be inferred
    Literal,  // a pattern, format or other literal that cannot be
    Never,    // warning: a condition that can never hold
    Nothing,  // warning: a statement that can never do anything
    Fails,    // warning: what always fails when it runs
    Version,  // other versions of the language have not got it (dialects.h); an error only where one is meant
    Later,    // note: it is something else in a later version
  };
  Kind kind = Kind::Syntax;
  Place place;
  std::string message;
  std::string label;                   // said at the place, may be empty
  std::string near;                    // what may have been meant, may be empty
  std::string help;                    // may be empty
  uint16_t since = 0, until = 0xffff;  // the versions of which it is said, both included

  bool warning() const { return kind >= Kind::Never; }
};

}  // namespace whittle::ottl
