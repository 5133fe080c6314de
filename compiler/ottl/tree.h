// SPDX-License-Identifier: Apache-2.0
// One statement, condition or value expression as a tree with places.
//
// parse() makes it; check() resolves its paths, functions and enums, puts arguments into the order of parameters, and
// says of each node what is known of it. What is read after check():
//
//   Nil Bool Int Double String Bytes   literals
//   Enum                               `integer` is its value
//   List                               children: the elements
//   Map                                children: the values, `names`: the keys, in the order of the text; of two equal
//                                      keys the last counts
//   Path                               `path`, and children: its keys, from left to right
//   Call                               `function`; children: one a parameter, kNoNode where left out; keys: what
//                                      follows in brackets
//   FunctionName                       an argument that names the function `function`
//   Negate                             children: one
//   Arithmetic                         `op`; children: two
//   Compare                            `op`; children: two
//   And Or                             children: two or more
//   Not                                children: one
//   Lambda Local                       parsed, and refused by every check: the reference takes none as it ships
//
// A boolean is Bool, Compare, And, Or, Not, or a Call whose result must be a bool when it runs.
//
// Folding is part of the language, because an error can vanish with it: a comparison of two literals, and an `and` or
// `or` that literals decide, are constants when the config is read, whatever their other parts would do. Such nodes say
// so in `constant`, and what is below them never runs. In an And or Or that is not constant, children that are constant
// never run either; leave them out.
#pragma once

#include "compiler/ottl/functions.h"
#include "compiler/ottl/paths.h"
#include "compiler/ottl/types.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::ottl {

using NodeId = uint32_t;  // index in Tree::nodes
inline constexpr NodeId kNoNode = UINT32_MAX;

// Bytes [begin, end) of the tree's text.
struct Place {
  uint32_t begin = 0, end = 0;
  bool operator==(const Place&) const = default;
};

enum class Kind : uint8_t {
  Nil,
  Bool,
  Int,
  Double,
  String,
  Bytes,
  Enum,
  List,
  Map,
  Path,
  Call,
  FunctionName,
  Negate,
  Arithmetic,
  Lambda,
  Local,
  Compare,
  And,
  Or,
  Not,
};

enum class Operator : uint8_t {
  None,
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
};

// "==", "+".
std::string_view spelling(Operator op);

// A run of Tree::lists.
struct Range {
  uint32_t first = 0, count = 0;
};

enum class Constant : uint8_t { No, False, True };

struct Node {
  Kind kind = Kind::Nil;
  Operator op = Operator::None;
  // As the reference reads it this is arithmetic, though it may be a single number or path: it is in parentheses or has
  // a sign. Where only a literal or only a path will do, it will not.
  bool grouped = false;
  Place place;

  bool boolean = false;  // Bool; List: its commas are not where later versions want them, between its elements
  int64_t integer = 0;   // Int, Enum
  double real = 0;       // Double
  uint32_t text = 0;     // String, Bytes: index in Tree::texts; Path, Call, FunctionName, Enum, Local: the name written
  Range children;        // see above
  Range keys;            // Call, Local: what follows in brackets
  Range names;           // Map: keys, in Tree::words; Call: names of arguments as written, empty words for none;
                         // Path: its segments, in Tree::segments; Lambda: its parameters, in Tree::words
  Place name_place;      // Path, Call: of the name without arguments and keys

  // From check():
  TypeSet type;                        // what evaluating it may give
  bool fails = false;                  // evaluating it may fail
  bool literal = false;                // known when the config is read, as the reference defines it
  Constant constant = Constant::No;    // booleans
  const PathEntry* path = nullptr;     // Path
  const Function* function = nullptr;  // Call, FunctionName
};

enum class Unit : uint8_t { Statement, Condition, Value };

// A word with its place: a key of a map, the name of an argument.
struct Word {
  std::string text;
  Place place;
};

// A part of a path as written. Keys on any but the last part are refused by check().
struct Segment {
  std::string name;
  Place place;
  Range keys;
};

struct Tree {
  std::string text;
  Unit unit = Unit::Condition;
  Context context = Context::Resource;  // where it is evaluated; from check()

  std::vector<Node> nodes;
  std::vector<NodeId> lists;
  std::vector<std::string> texts;
  std::vector<Word> words;
  std::vector<Segment> segments;

  NodeId editor = kNoNode;  // Statement: the Call
  NodeId where = kNoNode;   // Statement: what follows `where`, if anything; Condition: the whole
  NodeId value = kNoNode;   // Value: the whole

  const Node& at(NodeId id) const { return nodes[id]; }
  std::string_view text_of(const Node& node) const { return texts[node.text]; }
  std::span<const NodeId> children(const Node& node) const { return list(node.children); }
  std::span<const NodeId> keys(const Node& node) const { return list(node.keys); }
  std::span<const NodeId> list(Range r) const { return std::span(lists).subspan(r.first, r.count); }
  std::span<const Word> words_of(const Node& node) const {
    return std::span(words).subspan(node.names.first, node.names.count);
  }
};

}  // namespace whittle::ottl
