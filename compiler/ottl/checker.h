// SPDX-License-Identifier: Apache-2.0
// The walk that check.h promises, as one class in several files: check.cc walks values and conditions, check_paths.cc,
// check_calls.cc and check_arguments.cc what their names say.
#pragma once

#include "compiler/ottl/check.h"
#include "compiler/ottl/literals.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace whittle::ottl {

using diag::Diag;
using Words = std::string_view;

inline constexpr Diag<Words> kKey{"W0813", "this fails whenever it runs: a key is a string or an int, and this is {}"};
inline constexpr Diag<Words> kReadOnly{"W0813", "this fails whenever it runs: `{}` can only be read"};
inline constexpr Diag<Words> kNoFunction{"E0803", "no function is named `{}`"};

// What a parameter's getter takes without failing.
inline TypeSet accepted(Param kind) {
  switch (kind) {
  case Param::String: return Type::String;
  case Param::Int: return Type::Int;
  case Param::Double: return Type::Double;
  case Param::Bool: return Type::Bool;
  case Param::Time: return Type::Time;
  case Param::Duration: return Type::Duration;
  case Param::Map:
  case Param::MapTarget: return kMaps;
  case Param::List:
  case Param::ListTarget: return kLists;
  case Param::IntLike:
  case Param::DoubleLike:
  case Param::BoolLike: return {Type::Nil, Type::Bool, Type::Int, Type::Double, Type::String};
  case Param::BytesLike: return {Type::Nil, Type::Bool, Type::Int, Type::Double, Type::String, Type::Bytes};
  default: break;
  }
  TypeSet all;
  for (int i = 0; i < kTypes; ++i) all |= static_cast<Type>(i);
  return all;
}

inline std::string code(std::string_view s) {
  return "`" + std::string(s) + "`";
}

class Checker {
public:
  Checker(Tree& tree, const Language& language, std::vector<Problem>& problems)
      : tree_(tree), language_(language), problems_(problems) {}
  bool run();

private:
  // ---- problems

  template <class... Args>
  Problem& say(const Diag<Args...>& sentence, Place place, const std::type_identity_t<Args>&... args) {
    Problem& p = problems_.emplace_back(problem_of(sentence, place, args...));
    wrong_ = wrong_ || !p.warning();
    return p;
  }
  Node& node(NodeId id) { return tree_.nodes[id]; }
  std::string_view name_of_node(const Node& n) const { return tree_.text_of(n); }
  std::string_view source(Place p) const { return std::string_view(tree_.text).substr(p.begin, p.end - p.begin); }

  // ---- what the reference's grammar takes and refuses right after

  void misplaced();
  std::string converter_like(std::string_view name) const;

  // ---- units

  void statement();
  void condition();

  // ---- booleans

  void boolean(NodeId id);
  void compare(NodeId id);

  // ---- values, as the reference's getters take them

  void value(NodeId id);
  void literal(NodeId id, Type type);
  void enum_value(NodeId id);
  void list(NodeId id);
  void map(NodeId id);
  bool holds_map(NodeId id) const;
  static std::vector<NodeId> copy(std::span<const NodeId> ids) { return {ids.begin(), ids.end()}; }
  void negate(NodeId id);
  void arithmetic(NodeId id);
  static TypeSet result_of(Type x, Operator op, Type y);

  // ---- paths

  // Whether paths that begin with `name` and a dot name a context here, and which.
  std::optional<Context> named_context(std::string_view name) const;

  // `writes`: the path is written to, with values of these types; null: it is only read.
  void path(NodeId id, const TypeSet* writes);
  void no_context(const Node& n, std::span<const Segment> segments, bool prefixed);
  static bool starts_path(Context c, std::string_view first);
  static std::string list_of(const std::vector<std::string_view>& names);
  const PathEntry* resolve(Context context, std::span<const Segment> segments, bool named);
  void keys(NodeId id);
  void written(NodeId id, const TypeSet* writes);

  // ---- calls

  void call(NodeId id);
  void unknown_function(const Node& n, const std::string& name, bool editor);

  // Puts the arguments into the order of the parameters.
  bool bind(NodeId id);
  // Leaves the problem of an argument to the versions that have not got it. Empty: of one that has no name.
  void came_later(Problem& p, const Function& f, std::string_view argument);
  Place place_of(const std::vector<NodeId>& given, const std::vector<Word>& names, size_t i) const;

  // The parameter with the same letters, whatever stands between them: `xpath` for `x_path`.
  static std::string by_letters(const Function& f, std::string_view name);
  static std::string signature(const Function& f);
  void arguments(NodeId id);

  // A literal that is not given and must be: the reference goes on with its zero value.
  void absent(NodeId id, const Parameter& p);
  bool argument_fails(const Function& f, const Parameter& p, NodeId id);
  bool argument_fails_alone(const Function& f, const Parameter& p, NodeId id);

  // ---- one argument

  void argument(const Function& f, const Parameter& p, NodeId id);
  void single(const Function& f, const Parameter& p, NodeId id);
  std::string what_it_is(NodeId id) const;
  void target(const Function& f, const Parameter& p, NodeId id);

  // What the reference does with a literal when it reads the config.
  void converted(const Function& f, const Parameter& p, NodeId id);
  void held(const Function& f, const Parameter& p, NodeId id);
  void report(NodeId id, const Fault& fault);

  // Where bytes [begin, end) of a literal's text stand in the statement.
  Place inside(NodeId id, size_t begin, size_t end) const;
  void function_name(const Function& f, const Parameter& p, NodeId id);

  // ---- several arguments together

  void together(NodeId id);

  // ---- what comes out

  void result(NodeId id);

  Tree& tree_;
  const Language& language_;
  std::vector<Problem>& problems_;
  bool wrong_ = false;
  TypeSet value_type_;  // of what `set` writes
  Place value_place_;
};

}  // namespace whittle::ottl
