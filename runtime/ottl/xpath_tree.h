// SPDX-License-Identifier: Apache-2.0
// Expressions of XPath.
#pragma once

#include "runtime/ottl/xpath.h"

namespace whittle::ottl::xpath {

enum class Axis : uint8_t {
  Ancestor,
  AncestorOrSelf,
  Attribute,
  Child,
  Descendant,
  DescendantOrSelf,
  Following,
  FollowingSibling,
  Parent,
  Preceding,
  PrecedingSibling,
  Self,
};

enum class Op : uint8_t {
  Or,
  And,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  Union
};

enum class Function : uint8_t {
  LowerCase,
  StartsWith,
  EndsWith,
  Contains,
  Matches,
  Substring,
  SubstringBefore,
  SubstringAfter,
  StringLength,
  NormalizeSpace,
  Replace,
  Translate,
  Not,
  Name,
  LocalName,
  NamespaceUri,
  True,
  False,
  Last,
  Position,
  Boolean,
  Number,
  String,
  Count,
  Sum,
  Ceiling,
  Floor,
  Round,
  Concat,
  Reverse,
  StringJoin,
};

// What a step looks for.
enum class NodeType : uint8_t { Root, Element, Attribute, Text, Comment, All };
struct Test {
  NodeType type = NodeType::All;
  Text prefix, local;  // both empty: any name
};

struct Expression {
  enum class Kind : uint8_t { Root, Step, Filter, Call, Operator, Text, Number, Group };
  Kind kind;
  Axis axis = Axis::Child;
  Op op = Op::Or;
  Function function = Function::True;
  Test test{};
  Text text{};
  double number = 0;
  // Step, Filter, Group: what it starts from, may be null; Filter: and its condition; Operator: both sides.
  Expression *left = nullptr, *right = nullptr;
  Expression** arguments = nullptr;
  uint32_t argument_count = 0;
};

// Null, with the reason in the run: it is no path.
Expression* parse(Run& run, Text path);

}  // namespace whittle::ottl::xpath
