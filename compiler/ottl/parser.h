// SPDX-License-Identifier: Apache-2.0
// The rules of the grammar at the head of parse.cc, a function each. One returns the node that it read, or kNoNode
// after noting what was expected, or what is impossible.
#pragma once

#include "compiler/ottl/reading.h"

namespace whittle::ottl {

class Parser : Reading {
public:
  Parser(std::string_view text, Unit unit) {
    tree_.text = text;
    tree_.unit = unit;
  }

  std::optional<Tree> run(Problem& problem);

private:
  // parse.cc: units and booleans
  bool unit();
  bool statement();
  std::string behind() const;
  NodeId chain(Kind kind, Token joint, NodeId (Parser::*part)());
  NodeId boolean();
  NodeId term();
  NodeId test();
  NodeId positive();

  // parse_values.cc: values and arithmetic
  NodeId value();
  NodeId boolean_value();
  NodeId string();
  NodeId bytes();
  NodeId number();
  NodeId enum_value();
  NodeId list_value();
  NodeId map_value();
  NodeId binary(Token joint, NodeId (Parser::*part)());
  NodeId sum();
  NodeId product();
  NodeId operand();
  NodeId literal();

  // parse_calls.cc: paths, calls and lambdas
  NodeId path();
  bool keys(Range& out);
  NodeId call();
  NodeId argument_value();
  bool is_lambda() const;
  bool is_local(std::string_view name) const;
  NodeId lambda();

  std::vector<std::string> locals_;  // parameters of the lambdas that are open
};

}  // namespace whittle::ottl
