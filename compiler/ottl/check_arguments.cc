// SPDX-License-Identifier: Apache-2.0
// One argument against its parameter. A literal is converted when the config is read, so what cannot be is an error;
// anything else is known by its types alone, so what always fails is a warning.
#include "compiler/ottl/checker.h"

#include "compiler/ottl/literals.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

constexpr Diag<Words, Words, Words> kListWanted{"E0807", "`{}` of `{}` is a list in brackets: each element {}"};
constexpr Diag<Words, Words> kEmptyList{"E0808", "`{}` of `{}` must not be empty"};
constexpr Diag<Words, Words, Words> kWrongKind{"E0807", "`{}` of `{}` must be {}"};
constexpr Diag<Words, Words> kPercentile{"E0808", "`{}` of `{}` is between 0 and 100, and neither of them"};
constexpr Diag<Words, Words> kLiteralMap{"W0813", "this fails whenever it runs: `{}` of `{}` must be a literal map"};
constexpr Diag<Words, Words> kNeverOfType{"W0811", "this never holds: `{}` is {}"};
constexpr Diag<Words, Words, Words, Words> kWrongType{
    "W0813", "this fails whenever it runs: `{}` of `{}` must be {}, and this is {}"};
constexpr Diag<Words, Words> kStringsOnly{"W0812", "`{}` changes strings only, and this is {}"};
constexpr Diag<Words> kCalledWithNothing{"E0803", "`{}` takes no argument, so there is nothing to call it with"};
constexpr Diag<Words, Words> kOneArgument{
    "W0813", "this fails whenever it runs: a function here takes one argument, and `{}` has {}"};
constexpr Diag<Words> kTakesNoString{"E0803", "`{}` does not take a string, so it cannot be called here"};
constexpr Diag<Words, Words> kGivesNoString{
    "W0813", "this fails whenever it runs: the result must be a string, and `{}` gives {}"};
constexpr Diag<Words> kLiteralFails{"W0813", "this fails whenever it runs: {}"};
constexpr Diag<Words> kLiteralRefused{"E0808", "this literal is refused: {}"};

std::string_view wanted(Param kind) {
  switch (kind) {
  case Param::Target: return "a path";
  case Param::MapTarget: return "a path of a map";
  case Param::ListTarget: return "a path of a list";
  case Param::String: return "a string";
  case Param::Int: return "an int";
  case Param::Double: return "a double";
  case Param::Bool: return "a bool";
  case Param::Time: return "a time";
  case Param::Duration: return "a duration";
  case Param::Map: return "a map";
  case Param::List: return "a list";
  case Param::StringLike: return "what can be a string";
  case Param::IntLike: return "what can be an int";
  case Param::DoubleLike: return "what can be a double";
  case Param::BoolLike: return "what can be a bool";
  case Param::BytesLike: return "what can be bytes";
  case Param::ConstString: return "a literal string";
  case Param::ConstInt: return "a literal int";
  case Param::ConstDouble: return "a literal double such as `10.0`";
  case Param::ConstBool: return "`true` or `false`";
  case Param::ConstEnum: return "the name of a number";
  case Param::Function: return "the name of a function";
  case Param::Value: break;
  }
  return "a value";
}

}  // namespace

void Checker::argument(const Function& f, const Parameter& p, NodeId id) {
  if (!p.list) return single(f, p, id);
  Node& n = node(id);
  if (n.kind != Kind::List) {
    say(kListWanted, n.place, p.name, f.name, wanted(p.kind));
    return;
  }
  std::vector<NodeId> children = copy(tree_.children(n));
  // What stands behind a value that is not literal is held to nothing: the reference looks at it when it runs.
  Parameter loose = p;
  if (p.rule == Rule::Network) loose.rule = Rule::None;
  bool literals = true;
  for (NodeId child : children) {
    single(f, literals ? p : loose, child);
    literals = literals && node(child).literal;
  }
  Node& again = node(id);
  again.type = Type::Array;
  if (p.rule == Rule::NotEmpty && children.empty()) say(kEmptyList, again.place, p.name, f.name);
}

void Checker::single(const Function& f, const Parameter& p, NodeId id) {
  const Node& n = node(id);
  auto no = [&](std::string_view what) {
    Problem& problem = say(kWrongKind, n.place, p.name, f.name, what);
    problem.label = what_it_is(id);
  };
  switch (p.kind) {
  case Param::Target:
  case Param::MapTarget:
  case Param::ListTarget:
    if (n.kind != Kind::Path || n.grouped) return no("a path");
    return target(f, p, id);
  case Param::ConstString:
    if (n.kind != Kind::String) return no(wanted(p.kind));
    literal(id, Type::String);
    return held(f, p, id);
  case Param::ConstInt:
    if (n.kind != Kind::Int || n.grouped) return no(n.grouped ? "a literal int without a sign" : wanted(p.kind));
    literal(id, Type::Int);
    return held(f, p, id);
  case Param::ConstDouble:
    if (n.kind != Kind::Double || n.grouped) {
      no(n.grouped ? "a literal double without a sign" : wanted(p.kind));
      if (n.kind == Kind::Int && !n.grouped) problems_.back().near = std::string(source(n.place)) + ".0";
      return;
    }
    literal(id, Type::Double);
    if (p.rule == Rule::Percentile && !(n.real > 0 && n.real < 100)) say(kPercentile, n.place, p.name, f.name);
    return;
  case Param::ConstBool:
    if (n.kind != Kind::Bool) return no(wanted(p.kind));
    return literal(id, Type::Bool);
  case Param::ConstEnum:
    if (n.kind != Kind::Enum) return no(wanted(p.kind));
    return enum_value(id);
  case Param::Function: return function_name(f, p, id);
  default: break;
  }
  value(id);
  const Node& v = node(id);
  if (v.type.empty()) return;
  if (v.literal) return converted(f, p, id);
  TypeSet takes = accepted(p.kind);
  if (p.rule == Rule::Severities) say(kLiteralMap, v.place, p.name, f.name);
  if (v.type.meets(takes)) return;
  if (f.tests_type) {
    say(kNeverOfType, v.place, source(v.place), words_for(v.type));
    return;
  }
  say(kWrongType, v.place, p.name, f.name, wanted(p.kind), words_for(v.type));
}

std::string Checker::what_it_is(NodeId id) const {
  const Node& n = tree_.nodes[id];
  switch (n.kind) {
  case Kind::Nil: return "this is nil";
  case Kind::Bool: return "this is a bool";
  case Kind::Int: return "this is an int";
  case Kind::Double: return "this is a double";
  case Kind::String: return "this is a string";
  case Kind::Bytes: return "these are bytes";
  case Kind::List: return "this is a list";
  case Kind::Map: return "this is a map";
  case Kind::Call: return "this is the result of a function";
  case Kind::Path: return n.grouped ? "this is a path in parentheses" : "this is a path";
  case Kind::Enum: return "this is the name of a number";
  case Kind::FunctionName: return "this is the name of a function";
  case Kind::Negate:
  case Kind::Arithmetic: return "this is arithmetic";
  default: return {};
  }
}

void Checker::target(const Function& f, const Parameter& p, NodeId id) {
  bool sets = f.name == "set";
  path(id, sets ? &value_type_ : nullptr);
  const Node& n = node(id);
  if (n.path == nullptr || n.type.empty() || sets) return;
  TypeSet takes = accepted(p.kind);
  if (p.kind == Param::Target && (f.name == "replace_match" || f.name == "replace_pattern")) {
    if (!n.type.has(Type::String)) say(kStringsOnly, n.place, f.name, words_for(n.type));
    return;
  }
  if (!n.type.meets(takes)) {
    say(kWrongType, n.place, p.name, f.name, p.kind == Param::MapTarget ? "a map" : "a list", words_for(n.type));
    return;
  }
  if (n.path->writes.empty() && !n.path->ignores_writes) say(kReadOnly, n.place, source(n.name_place));
}

void Checker::converted(const Function& f, const Parameter& p, NodeId id) {
  const Node& n = node(id);
  TypeSet takes = accepted(p.kind);
  auto no = [&](std::string_view why) {
    Problem& problem = say(kWrongKind, n.place, p.name, f.name, wanted(p.kind));
    problem.label = why.empty() ? what_it_is(id) : std::string(why);
  };
  if (!n.type.meets(takes)) return no("");
  if (p.kind == Param::DoubleLike && n.kind == Kind::String && !is_go_float(name_of_node(n)))
    return no("this is no number");
  if (p.kind == Param::BoolLike && n.kind == Kind::String && !is_go_bool(name_of_node(n)))
    return no("this is neither true nor false");
  if (p.kind == Param::List && holds_map(id)) return no("a list of literal maps is not taken here");
  held(f, p, id);
}

void Checker::held(const Function& f, const Parameter& p, NodeId id) {
  const Node& n = node(id);
  std::optional<Fault> fault;
  if (n.kind == Kind::Int) {
    fault = hold(p, n.integer);
  } else if (n.kind == Kind::String || (n.kind == Kind::Bytes && p.rule == Rule::Id)) {
    if (p.rule == Rule::GrokPatterns) fault = check_grok_definition(name_of_node(n));
    else if (n.kind == Kind::Bytes && name_of_node(n).size() == f.id_size) return;
    else if (p.list && p.rule == Rule::NotEmpty) return;  // the list is not to be empty, its elements may
    else fault = hold(p, f, name_of_node(n));
  }
  if (p.rule == Rule::Id && n.kind != Kind::String && n.kind != Kind::Bytes) {
    // A number or bool is eight bytes or one, nil none.
    size_t bytes = n.kind == Kind::Nil ? 0 : n.kind == Kind::Bool ? 1 : 8;
    fault.reset();
    if (bytes != f.id_size) {
      fault = Fault{};
      fault->message = "this is no id";
    }
  }
  if (fault) report(id, *fault);
}

void Checker::report(NodeId id, const Fault& fault) {
  const Node& n = node(id);
  Place place = n.place;
  bool part = fault.end != std::string::npos && n.kind == Kind::String;
  if (part) place = inside(id, fault.begin, fault.end);
  Problem& p = say(fault.when_run ? kLiteralFails : kLiteralRefused, place, fault.message);
  p.help = fault.help;
  if (fault.near.empty()) return;
  p.near = fault.near;
  if (!part && n.kind == Kind::String) p.near = "\"" + p.near + "\"";
}

Place Checker::inside(NodeId id, size_t begin, size_t end) const {
  const Node& n = tree_.nodes[id];
  std::string_view s = tree_.text;
  Place out{n.place.begin + 1, n.place.end - 1};
  size_t value = 0;
  bool open = true;
  for (uint32_t i = n.place.begin + 1; i + 1 < n.place.end;) {
    if (open && value >= begin) out.begin = i, open = false;
    if (value >= end) {
      out.end = i;
      break;
    }
    if (s[i] != '\\') {
      ++i, ++value;
      continue;
    }
    char c = s[i + 1];
    uint32_t digits = c == 'x' ? 3 : c == 'u' ? 5 : c == 'U' ? 9 : c >= '0' && c <= '7' ? 3 : 1;
    uint32_t number = 0;
    for (uint32_t k = 2; k <= digits && c != '0'; ++k) {
      char h = s[i + k];
      number = number * (digits == 3 && c != 'x' ? 8u : 16u) +
               static_cast<uint32_t>(h >= '0' && h <= '9' ? h - '0' : (h | 0x20) - 'a' + 10);
    }
    i += 1 + digits;
    bool escape = c == 'x' || c == 'u' || c == 'U' || (c >= '0' && c <= '7');
    value += !escape || number < 0x80 ? 1 : number < 0x800 ? 2 : number < 0x10000 ? 3 : 4;
  }
  if (open || out.begin >= out.end) {
    // At the very end, or nothing: the closing quote.
    out = {std::min(out.begin, n.place.end - 1), n.place.end};
    if (open) out.begin = n.place.end - 1;
    if (!open && out.end <= out.begin) out.end = out.begin + 1;
  }
  return out;
}

void Checker::function_name(const Function& f, const Parameter& p, NodeId id) {
  Node& n = node(id);
  if (n.kind != Kind::FunctionName && n.kind != Kind::Enum) {
    Problem& problem = say(kWrongKind, n.place, p.name, f.name, wanted(p.kind));
    problem.label = what_it_is(id);
    if (n.kind == Kind::Call) problem.near = std::string(name_of_node(n));
    return;
  }
  const Function* named = find_function(language_.library, language_.context, name_of_node(n));
  if (named == nullptr) {
    Problem& problem = say(kNoFunction, n.place, name_of_node(n));
    problem.near = converter_like(name_of_node(n));
    return;
  }
  n.kind = Kind::FunctionName;
  n.function = named;
  n.type = named->result;
  if (named->parameters.size() != 1) {
    if (named->any_arguments && named->parameters.empty()) say(kCalledWithNothing, n.place, named->name);
    else say(kOneArgument, n.place, named->name, std::to_string(named->parameters.size()));
    return;
  }
  if (named->parameters[0].kind != Param::String || named->parameters[0].list) {
    say(kTakesNoString, n.place, named->name);
    return;
  }
  if (!named->result.has(Type::String)) say(kGivesNoString, n.place, named->name, words_for(named->result));
}

}  // namespace whittle::ottl
