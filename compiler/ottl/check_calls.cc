// SPDX-License-Identifier: Apache-2.0
// Calls: which function one is, which argument is which parameter's, what must be so of several arguments together, and
// what comes out.
#include "compiler/ottl/checker.h"

#include "compiler/diag/near.h"
#include "compiler/ottl/dialects.h"
#include "compiler/ottl/literals.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

constexpr Diag<Words, Words> kFunctionElsewhere{"E0803", "`{}` is not known where statements run for each {}"};
constexpr Diag<Words, Words> kMoves{"N1433", "`{}` is not known where statements run for each {} in later versions"};
constexpr Diag<Words, Words> kNewerArgument{"N1434", "{} of `{}` came later, and what this says is not looked at"};
constexpr Diag<> kUnnamedAfterNamed{"E0804", "arguments without a name come before those with one"};
constexpr Diag<Words, Words, Words> kArgumentCount{"E0804", "`{}` takes {}, and there {}"};
constexpr Diag<Words, Words> kNoArgument{"E0804", "`{}` has no argument `{}`"};
constexpr Diag<Words> kArgumentTwice{"W0812", "`{}` is given twice; only the last one counts"};
constexpr Diag<Words, Words> kArgumentMissing{"E0804", "`{}` needs the argument `{}`"};
constexpr Diag<> kWritesNil{"W0812", "writing nil does nothing"};
constexpr Diag<Words, Words> kArgumentZero{"W0812", "`{}` is not given, so it is {}"};
constexpr Diag<> kNothingToAppend{"E0804", "there is nothing to append"};
constexpr Diag<Words> kNotAppended{"W0813", "this fails whenever it runs: {} cannot be appended"};
constexpr Diag<Words, Words> kKeysAboveLimit{"E0808", "these are {} keys, and the limit is {}"};
constexpr Diag<> kSameDelimiter{"E0808", "keys and pairs cannot end with the same delimiter"};
constexpr Diag<> kTargetNil{"E0808", "`target_value` must not be nil"};
constexpr Diag<> kBucketCount{"E0808", "a number of buckets is a whole number of at least 1"};
constexpr Diag<Words> kNotSortable{"W0813", "this fails whenever it runs: only lists can be sorted, and this is {}"};
constexpr Diag<Words, Words> kResultNotIndexed{"W0813",
                                               "this fails whenever it runs: `{}` gives {}, which cannot be indexed"};

constexpr TypeSet kIndexable = kMaps | kLists | TypeSet(Type::Bytes);

// The shortest name that has `part` in it, or is a part of it: `ToLowerCase` for `Lower`, `Len` for `Length`.
std::string_view with_part(std::string_view part, const std::vector<std::string_view>& names) {
  std::string_view best;
  auto small = [](std::string_view s) {
    std::string out(s);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  };
  const std::string wanted = small(part);
  for (std::string_view name : names) {
    const std::string known = small(name);
    const bool has = wanted.size() >= 4 && known.find(wanted) != std::string::npos;
    const bool begins = known.size() >= 3 && wanted.starts_with(known);
    if ((has || begins) && (best.empty() || name.size() < best.size())) best = name;
  }
  return best;
}

// Parameters whose absence is a zero value to the reference, not a crash.
bool zero_if_absent(const Parameter& p) {
  if (p.list) return true;
  return p.kind == Param::ConstString || p.kind == Param::ConstInt || p.kind == Param::ConstDouble ||
         p.kind == Param::ConstBool || p.kind == Param::ConstEnum;
}

}  // namespace

void Checker::call(NodeId id) {
  Node& n = node(id);
  std::string name(name_of_node(n));
  bool editor = id == tree_.editor;
  const Function* f = find_function(language_.library, language_.context, name);
  if (f == nullptr || f->editor != editor) {
    if (f == nullptr) unknown_function(n, name, editor);
    // What is in the arguments is worth a look all the same.
    for (NodeId argument : copy(tree_.children(n))) {
      Kind k = node(argument).kind;
      if (k == Kind::Path || k == Kind::Call) value(argument);
    }
    return;
  }
  n.function = f;
  n.type = f->result;
  n.fails = f->fails;
  if (f->any_arguments) {
    node(id).children = {};
    return result(id);
  }
  if (!bind(id)) return;
  arguments(id);
  together(id);
  result(id);
}

void Checker::unknown_function(const Node& n, const std::string& name, bool editor) {
  std::vector<std::string_view> names;
  for (const Function& f : functions()) {
    if (f.editor == editor && find_function(language_.library, language_.context, f.name) != nullptr)
      names.push_back(f.name);
  }
  bool small = name[0] >= 'a' && name[0] <= 'z';
  if (small != editor) return;  // said by misplaced()
  if (const Function* elsewhere = find_anywhere(language_.library, name)) {
    std::string where;
    for (Context c : elsewhere->contexts) where += (where.empty() ? "" : " or ") + std::string(name_of(c));
    const std::string help = "it is known where they run for each " + where;
    Problem& p = say(kFunctionElsewhere, n.name_place, name, name_of(language_.context));
    p.help = help;
    if (const uint16_t until = known_elsewhere_until(name, language_.context); until > 0) {
      p.since = until + 1;
      Problem& moves = say(kMoves, n.name_place, name, name_of(language_.context));
      moves.help = help + " from 0." + std::to_string(until + 1) + " on";
      moves.until = until;
    }
    return;
  }
  Problem& p = say(kNoFunction, n.name_place, name);
  p.near = diag::nearest(name, names);
  if (p.near.empty()) p.near = with_part(name, names);
  if (!p.near.empty()) return;
  Library other = language_.library == Library::Filter ? Library::Transform : Library::Filter;
  if (const Function* f = find_anywhere(other, name))
    p.help =
        f->library == Library::Filter ? "only the filter processor knows it" : "only the transform processor knows it";
}

bool Checker::bind(NodeId id) {
  Node& n = node(id);
  const Function& f = *n.function;
  std::vector<NodeId> given = copy(tree_.children(n));
  std::vector<Word> names(tree_.words_of(n).begin(), tree_.words_of(n).end());
  std::vector<NodeId> bound(f.parameters.size(), kNoNode);
  bool good = true, named = false;
  Place all{n.name_place.end, n.place.end};
  if (!given.empty()) all = {place_of(given, names, 0).begin, place_of(given, names, given.size() - 1).end};
  for (size_t i = 0; i < given.size(); ++i) {
    named = named || !names[i].text.empty();
    if (!named || !names[i].text.empty()) continue;
    say(kUnnamedAfterNamed, node(given[i]).place);
    return false;
  }
  size_t least = static_cast<size_t>(f.required()), most = f.parameters.size();
  if (given.size() < least || given.size() > most) {
    std::string count = least == most          ? std::to_string(most)
                        : given.size() < least ? "at least " + std::to_string(least)
                                               : "at most " + std::to_string(most);
    bool many = given.size() > most;
    Place place = many ? Place{node(given[most]).place.begin, all.end} : n.name_place;
    count += count.ends_with(" 1") || count == "1" ? " argument" : " arguments";
    std::string there = given.size() == 1 ? "is 1" : "are " + std::to_string(given.size());
    Problem& p = say(kArgumentCount, place, f.name, count, there);
    p.help = signature(f);
    if (many) came_later(p, f, "");
    return false;
  }
  for (size_t i = 0; i < given.size(); ++i) {
    int k = static_cast<int>(i);
    if (!names[i].text.empty()) k = find_parameter(f, names[i].text);
    if (k < 0) {
      std::vector<std::string_view> all_names;
      for (const Parameter& p : f.parameters) all_names.push_back(p.name);
      Problem& p = say(kNoArgument, names[i].place, f.name, names[i].text);
      p.near = diag::nearest(names[i].text, all_names);
      if (p.near.empty()) p.near = by_letters(f, names[i].text);
      if (p.near.empty()) p.help = signature(f);
      came_later(p, f, names[i].text);
      good = false;
      continue;
    }
    NodeId& slot = bound[static_cast<size_t>(k)];
    if (slot != kNoNode) {
      argument(f, f.parameters[static_cast<size_t>(k)], slot);
      say(kArgumentTwice, place_of(given, names, i), f.parameters[static_cast<size_t>(k)].name);
    }
    slot = given[i];
  }
  if (!good) return false;
  for (size_t k = 0; k < bound.size(); ++k) {
    const Parameter& p = f.parameters[k];
    if (bound[k] != kNoNode || p.optional || zero_if_absent(p)) continue;
    say(kArgumentMissing, n.name_place, f.name, p.name).help = signature(f);
    good = false;
  }
  Node& again = node(id);
  again.children = {static_cast<uint32_t>(tree_.lists.size()), static_cast<uint32_t>(bound.size())};
  tree_.lists.insert(tree_.lists.end(), bound.begin(), bound.end());
  return good;
}

void Checker::came_later(Problem& p, const Function& f, std::string_view argument) {
  const uint16_t since = later_argument(f.name, argument);
  if (since == 0) return;
  p.until = since - 1;
  p.label = "it came with 0." + std::to_string(since);
  const Place place = p.place;
  say(kNewerArgument, place, argument.empty() ? "the last argument" : code(argument), f.name).since = since;
}

Place Checker::place_of(const std::vector<NodeId>& given, const std::vector<Word>& names, size_t i) const {
  Place p = tree_.nodes[given[i]].place;
  if (!names[i].text.empty()) p.begin = names[i].place.begin;
  return p;
}

std::string Checker::by_letters(const Function& f, std::string_view name) {
  auto letters = [](std::string_view s) {
    std::string out;
    for (char c : s) {
      if (c != '_') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
  };
  for (const Parameter& p : f.parameters) {
    if (letters(p.name) == letters(name)) return std::string(p.name);
  }
  return {};
}

std::string Checker::signature(const Function& f) {
  std::string out = "it is written `" + std::string(f.name) + "(";
  for (size_t i = 0; i < f.parameters.size(); ++i) {
    const Parameter& p = f.parameters[i];
    if (i > 0) out += ", ";
    out += p.optional ? "[" + std::string(p.name) + "]" : std::string(p.name);
  }
  return out + ")`";
}

void Checker::arguments(NodeId id) {
  const Function& f = *node(id).function;
  std::vector<NodeId> bound = copy(tree_.children(node(id)));
  // The value of `set` is known before what it is written to.
  bool writes_value = f.name == "set" && bound[1] != kNoNode;
  if (writes_value) {
    argument(f, f.parameters[1], bound[1]);
    value_type_ = node(bound[1]).type;
    value_place_ = node(bound[1]).place;
    if (node(bound[1]).kind == Kind::Nil) {
      Problem& p = say(kWritesNil, node(bound[1]).place);
      p.label = "up to 0.157; from 0.158 on the value becomes empty";
      p.help = "a key is removed with `delete_key`";
      p.until = 157;
    }
  }
  for (size_t k = 0; k < bound.size(); ++k) {
    if (writes_value && k == 1) continue;
    const Parameter& p = f.parameters[k];
    if (bound[k] == kNoNode) {
      if (!p.optional) absent(id, p);
      continue;
    }
    argument(f, p, bound[k]);
  }
  bool fails = f.fails;
  for (size_t k = 0; k < bound.size(); ++k) {
    if (bound[k] != kNoNode) fails = fails || argument_fails(f, f.parameters[k], bound[k]);
  }
  node(id).fails = fails;
  value_type_ = {};
}

void Checker::absent(NodeId id, const Parameter& p) {
  const Function& f = *node(id).function;
  std::optional<Fault> fault = p.kind == Param::ConstInt ? hold(p, int64_t{0}) : hold(p, f, "");
  if (p.rule == Rule::Percentile) fault = Fault{"it would be 0"};
  if (p.list && p.rule != Rule::NotEmpty) fault.reset();
  if (fault) {
    say(kArgumentMissing, node(id).name_place, f.name, p.name).help = signature(f);
    return;
  }
  say(kArgumentZero, node(id).name_place, p.name, p.list ? "empty" : p.kind == Param::ConstString ? "`\"\"`" : "zero");
}

bool Checker::argument_fails(const Function& f, const Parameter& p, NodeId id) {
  if (p.list) {
    for (NodeId child : tree_.children(node(id))) {
      if (argument_fails_alone(f, p, child)) return true;
    }
    return false;
  }
  return argument_fails_alone(f, p, id);
}

bool Checker::argument_fails_alone(const Function& f, const Parameter& p, NodeId id) {
  const Node& n = node(id);
  if (n.literal || n.kind == Kind::FunctionName || n.kind == Kind::Enum) return false;
  TypeSet safe = accepted(p.kind);
  if (p.kind == Param::DoubleLike || p.kind == Param::BoolLike) safe = safe.without(Type::String);
  return n.fails || (!f.tests_type && !n.type.within(safe));
}

void Checker::together(NodeId id) {
  const Node& n = node(id);
  const Function& f = *n.function;
  std::span<const NodeId> args = tree_.children(n);
  auto arg = [&](std::string_view name) -> const Node* {
    for (size_t k = 0; k < args.size(); ++k) {
      if (f.parameters[k].name == name) return args[k] == kNoNode ? nullptr : &node(args[k]);
    }
    return nullptr;
  };
  auto text = [&](std::string_view name, std::string_view initial) {
    const Node* a = arg(name);
    return std::string(a != nullptr && a->kind == Kind::String ? name_of_node(*a) : initial);
  };
  if (f.name == "append") {
    if (arg("value") == nullptr && arg("values") == nullptr)
      say(kNothingToAppend, n.name_place).help = "give `value` or `values`";
    for (std::string_view name : {"value", "values"}) {
      const Node* a = arg(name);
      if (a == nullptr) continue;
      std::vector<NodeId> values = name == "value" ? std::vector<NodeId>{args[1]} : copy(tree_.children(*a));
      for (NodeId v : values) {
        TypeSet t = node(v).type;
        if (!t.empty() && !t.meets(kAnyValue.without({Type::Map, Type::Slice})) && !t.has(Type::Array))
          say(kNotAppended, node(v).place, words_for(t));
      }
    }
  } else if (f.name == "limit") {
    const Node *limit = arg("limit"), *keys = arg("priority_keys");
    int64_t most = limit != nullptr ? limit->integer : 0;
    if (keys != nullptr && keys->kind == Kind::List && (limit == nullptr || limit->kind == Kind::Int) &&
        static_cast<int64_t>(keys->children.count) > most && most >= 0)
      say(kKeysAboveLimit, keys->place, std::to_string(keys->children.count), std::to_string(most));
  } else if (f.name == "ParseKeyValue" || f.name == "ToKeyValueString") {
    std::string a = text("delimiter", "="), b = text("pair_delimiter", " ");
    if (a == b && !a.empty()) {
      const Node* where = arg("pair_delimiter") != nullptr ? arg("pair_delimiter") : arg("delimiter");
      say(kSameDelimiter, where->place);
    }
  } else if (f.name == "merge_histogram_buckets") {
    const Node* target = arg("target_value");
    if (target == nullptr || !target->literal) return;
    if (target->kind == Kind::Nil) {
      say(kTargetNil, target->place);
    } else if (text("method", "") == "limit_buckets") {
      double v = target->kind == Kind::Int      ? static_cast<double>(target->integer)
                 : target->kind == Kind::Double ? target->real
                 : target->kind == Kind::Bool   ? (target->boolean ? 1 : 0)
                                                : strtod(std::string(name_of_node(*target)).c_str(), nullptr);
      if (!(v >= 1 && v <= 9223372036854775807.0 && v == static_cast<double>(static_cast<int64_t>(v))))
        say(kBucketCount, target->place);
    }
  } else if (f.name == "ExtractGrokPatterns") {
    const Node* pattern = arg("pattern");
    if (pattern == nullptr || pattern->kind != Kind::String) return;
    std::vector<std::string> definitions;
    if (const Node* list = arg("pattern_definitions"); list != nullptr && list->kind == Kind::List) {
      for (NodeId d : tree_.children(*list)) {
        if (node(d).kind != Kind::String || check_grok_definition(name_of_node(node(d)))) return;
        definitions.emplace_back(name_of_node(node(d)));
      }
    }
    const Node* only = arg("named_captures_only");
    if (auto fault = check_grok(name_of_node(*pattern), definitions, only != nullptr && only->boolean))
      report(static_cast<NodeId>(pattern - tree_.nodes.data()), *fault);
  }
}

void Checker::result(NodeId id) {
  Node& n = node(id);
  const Function& f = *n.function;
  std::span<const NodeId> args = tree_.children(n);
  switch (f.gives) {
  case Gives::Result: break;
  case Gives::ResultOrNil:
    if (args[0] != kNoNode && node(args[0]).type.has(Type::Nil)) n.type |= Type::Nil;
    break;
  case Gives::FirstOfList: {
    if (args[0] == kNoNode) break;
    bool nil = true;
    n.type = {};
    for (NodeId child : tree_.children(node(args[0]))) {
      TypeSet t = node(child).type;
      n.type |= t.without(Type::Nil);
      nil = nil && t.has(Type::Nil);
    }
    if (nil) n.type |= Type::Nil;
    break;
  }
  case Gives::Sorted: {
    TypeSet t = args[0] == kNoNode ? TypeSet() : node(args[0]).type;
    TypeSet out = t & TypeSet{Type::Strings, Type::Ints, Type::Doubles};
    if (t.meets({Type::Slice, Type::Array})) out |= TypeSet{Type::Slice, Type::Array};
    if (out.empty() && !t.empty() && !f.editor) say(kNotSortable, node(args[0]).place, words_for(t));
    n.type = out.empty() ? f.result : out;
    break;
  }
  }
  if (n.keys.count == 0) return;
  for (NodeId key : copy(tree_.keys(n))) {
    value(key);
    const Node& k = node(key);
    if (!k.type.empty() && !k.type.meets({Type::String, Type::Int})) say(kKey, k.place, words_for(k.type));
  }
  Node& again = node(id);
  if (!again.type.empty() && !again.type.meets(kIndexable))
    say(kResultNotIndexed, again.name_place, f.name, words_for(again.type));
  again.type = again.type.within(Type::Strings) ? TypeSet(Type::String) : kAnyValue;
  again.fails = true;
}

}  // namespace whittle::ottl
