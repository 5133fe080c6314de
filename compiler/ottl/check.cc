// SPDX-License-Identifier: Apache-2.0
// One walk over the tree, from the outside in. Whoever asks for a node says what it must be, as the reference's
// parameters do: a value, a path to write to, a literal, a boolean.
//
// Types are sets of what a value may be when the statement runs. Where a set and what is asked for have nothing in
// common, the reference takes the config and fails at every record, so that is a warning. Where a literal is given, the
// reference converts it when it reads the config, so that is an error.
#include "compiler/ottl/check.h"

#include "compiler/diag/near.h"
#include "compiler/ottl/checker.h"
#include "compiler/ottl/compare.h"
#include "compiler/ottl/enums.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

constexpr Diag<> kConverterFirst{"E0803", "a statement begins with an editor, not with a converter"};
constexpr Diag<> kEditorIndexed{"E0801", "an editor gives nothing that could be indexed"};
constexpr Diag<Words> kEditorAsValue{"E0803", "an editor gives no value: `{}`"};
constexpr Diag<> kLambdaOfLambda{"E0801", "a lambda cannot give another lambda"};
constexpr Diag<> kStatementIdle{"W0812", "this never holds, so the statement never does anything"};
constexpr Diag<> kNeverHolds{"W0811", "this never holds"};
constexpr Diag<Words> kNoBool{"W0813", "this fails whenever it runs: a condition must be a bool, and this is {}"};
constexpr Diag<> kIncomparable{"E0807", "the reference cannot compare two of these"};
constexpr Diag<Words> kNoValue{"E0804", "`{}` is no value"};
constexpr Diag<> kLambda{"E0801", "lambdas are not taken yet"};
constexpr Diag<Words> kNoEnum{"E0806", "no number is named `{}` here"};
constexpr Diag<Words> kNoNegative{"W0813", "this fails whenever it runs: {} has no negative"};
constexpr Diag<> kDividedByZero{"W0813", "this fails whenever it runs: nothing can be divided by 0"};
constexpr Diag<Words, Words, Words> kNoArithmetic{
    "W0813", "this fails whenever it runs: `{}` knows nothing to do with {} and {}"};
constexpr Diag<> kMapsInLists{"E0807", "within a map, a list of lists cannot hold maps"};
constexpr Diag<> kMapsInListsFail{"W0813", "within a map, a list of lists cannot hold maps"};
constexpr Diag<Words, Words> kComparedWithNil{"W0811", "this {} holds: `{}` is never nil"};
constexpr Diag<Words, Words, Words> kNoOrder{"W0811", "this {} holds: with `{}` {} and another never compare"};
constexpr Diag<Words, Words, Words, Words> kTypesDiffer{"W0811", "this {} holds: `{}` is {}, and this is {}"};

}  // namespace

bool Checker::run() {
  tree_.context = language_.context;
  misplaced();
  switch (tree_.unit) {
  case Unit::Statement: statement(); break;
  case Unit::Condition: condition(); break;
  case Unit::Value: value(tree_.value); break;
  }
  return !wrong_;
}

void Checker::misplaced() {
  for (NodeId id = 0; id < tree_.nodes.size(); ++id) {
    const Node& n = tree_.nodes[id];
    if (n.kind == Kind::Call) {
      std::string_view name = name_of_node(n);
      bool small = name[0] >= 'a' && name[0] <= 'z';
      if (id == tree_.editor && !small) {
        Problem& p = say(kConverterFirst, n.name_place);
        p.help = "editors are written small, such as `set(...)`";
      } else if (id == tree_.editor && n.keys.count > 0) {
        Place keys{n.name_place.end, n.place.end};
        NodeId first = tree_.list(n.keys)[0];
        keys.begin = node(first).place.begin;
        say(kEditorIndexed, keys);
      } else if (id != tree_.editor && small) {
        Problem& p = say(kEditorAsValue, n.name_place, name);
        p.near = converter_like(name);
        if (p.near.empty()) p.help = "converters begin with a capital letter";
      }
    } else if (n.kind == Kind::Lambda) {
      NodeId body = tree_.children(n)[0];
      if (tree_.nodes[body].kind == Kind::Lambda) say(kLambdaOfLambda, tree_.nodes[body].place);
    }
  }
}

std::string Checker::converter_like(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const Function& f : functions()) {
    if (!f.editor && (f.library == Library::Standard || f.library == language_.library)) names.push_back(f.name);
  }
  return std::string(diag::nearest(name, names));
}

void Checker::statement() {
  Node& n = node(tree_.editor);
  bool editor = name_of_node(n)[0] >= 'a' && name_of_node(n)[0] <= 'z';
  if (editor) call(tree_.editor);
  size_t warnings = problems_.size();
  if (tree_.where != kNoNode) {
    boolean(tree_.where);
    if (node(tree_.where).constant == Constant::False && problems_.size() == warnings)
      say(kStatementIdle, node(tree_.where).place);
  }
}

void Checker::condition() {
  size_t warnings = problems_.size();
  boolean(tree_.where);
  if (node(tree_.where).constant == Constant::False && problems_.size() == warnings)
    say(kNeverHolds, node(tree_.where).place);
}

void Checker::boolean(NodeId id) {
  switch (node(id).kind) {
  case Kind::Bool:
    node(id).type = Type::Bool;
    node(id).literal = true;
    node(id).constant = node(id).boolean ? Constant::True : Constant::False;
    return;
  case Kind::Compare: compare(id); return;
  case Kind::Not: {
    NodeId inner = tree_.children(node(id))[0];
    boolean(inner);
    Node& n = node(id);
    n.type = Type::Bool;
    n.fails = node(inner).fails;
    Constant c = node(inner).constant;
    n.constant = c == Constant::No ? c : c == Constant::True ? Constant::False : Constant::True;
    return;
  }
  case Kind::And:
  case Kind::Or: {
    Constant decides = node(id).kind == Kind::And ? Constant::False : Constant::True;
    bool decided = false, open = false, fails = false;
    for (NodeId child : std::vector<NodeId>(tree_.children(node(id)).begin(), tree_.children(node(id)).end())) {
      boolean(child);
      const Node& c = node(child);
      decided = decided || c.constant == decides;
      open = open || c.constant == Constant::No;
      fails = fails || (c.constant == Constant::No && c.fails);
    }
    Node& n = node(id);
    n.type = Type::Bool;
    n.constant = decided ? decides : open ? Constant::No : decides == Constant::True ? Constant::False : Constant::True;
    n.fails = n.constant == Constant::No && fails;
    return;
  }
  default: break;
  }
  // A converter, whose result must be a bool when it runs.
  value(id);
  Node& n = node(id);
  if (n.type.empty()) return;
  if (!n.type.has(Type::Bool)) {
    Problem& p = say(kNoBool, n.place, words_for(n.type));
    p.help = "compare it with something";
  }
  n.fails = n.fails || !n.type.within(Type::Bool);
}

void Checker::compare(NodeId id) {
  NodeId left = tree_.children(node(id))[0], right = tree_.children(node(id))[1];
  value(left);
  value(right);
  Node& n = node(id);
  const Node &a = node(left), &b = node(right);
  n.type = Type::Bool;
  n.fails = a.fails || b.fails;
  if (a.literal && b.literal) {
    n.constant = compare_literals(tree_, left, n.op, right) ? Constant::True : Constant::False;
    return;
  }
  if (a.type.empty() || b.type.empty()) return;
  Outcomes o = outcomes(a.type, n.op, b.type);
  if (o.crashes) {
    say(kIncomparable, n.place).help = "compare elements of them, or what `Concat` makes of them";
    return;
  }
  if (o.can_be_true && o.can_be_false) return;
  bool about_nil = (a.kind == Kind::Nil) != (b.kind == Kind::Nil);
  if (o.can_be_true && about_nil) return;
  const Node& other = b.literal || !a.literal ? b : a;
  const Node& known = &other == &b ? a : b;
  std::string_view holds = o.can_be_true ? "always" : "never";
  if (about_nil) say(kComparedWithNil, other.place, holds, source(known.place));
  else if (known.type.meets(other.type)) say(kNoOrder, other.place, holds, spelling(n.op), words_for(known.type));
  else say(kTypesDiffer, other.place, holds, source(known.place), words_for(known.type), words_for(other.type));
}

void Checker::value(NodeId id) {
  switch (node(id).kind) {
  case Kind::Nil: return literal(id, Type::Nil);
  case Kind::Bool: return literal(id, Type::Bool);
  case Kind::Int: return literal(id, Type::Int);
  case Kind::Double: return literal(id, Type::Double);
  case Kind::String: return literal(id, Type::String);
  case Kind::Bytes: return literal(id, Type::Bytes);
  case Kind::Enum: return enum_value(id);
  case Kind::List: return list(id);
  case Kind::Map: return map(id);
  case Kind::Path: return path(id, nullptr);
  case Kind::Call: return call(id);
  case Kind::FunctionName: {
    Node& n = node(id);
    const Function* f = find_function(language_.library, language_.context, name_of_node(n));
    Problem& p = say(kNoValue, n.place, name_of_node(n));
    if (f != nullptr) p.help = "to call it, write " + code(std::string(f->name) + "(...)");
    else p.near = converter_like(name_of_node(n));
    return;
  }
  case Kind::Negate: return negate(id);
  case Kind::Arithmetic: return arithmetic(id);
  case Kind::Lambda:
    say(kLambda, node(id).name_place).help =
        "the Collector 0.156 reads them only with a feature gate, and no function of it takes one";
    return;
  case Kind::Local: return;  // of a lambda, which has been refused
  case Kind::Compare:
  case Kind::And:
  case Kind::Or:
  case Kind::Not: return boolean(id);  // of a lambda
  }
}

void Checker::literal(NodeId id, Type type) {
  node(id).type = type;
  node(id).literal = true;
}

void Checker::enum_value(NodeId id) {
  Node& n = node(id);
  std::string_view name = name_of_node(n);
  if (const EnumEntry* e = find_enum(language_.context, name)) {
    n.integer = e->value;
    return literal(id, Type::Int);
  }
  std::vector<std::string_view> names;
  for (const EnumEntry& e : enums_of(language_.context)) names.push_back(e.name);
  Problem& p = say(kNoEnum, n.place, name);
  p.near = diag::nearest(name, names);
  if (!p.near.empty()) return;
  for (int c = 0; c < kContexts; ++c) {
    Context other = static_cast<Context>(c);
    if (find_enum(other, name) == nullptr) continue;
    p.help = "it is known where statements run for each " + std::string(name_of(other));
    return;
  }
  if (find_function(language_.library, language_.context, name) != nullptr)
    p.help = "to call the function, write " + code(std::string(name) + "(...)");
}

void Checker::list(NodeId id) {
  bool all = true, fails = false;
  for (NodeId child : copy(tree_.children(node(id)))) {
    value(child);
    all = all && node(child).literal;
    fails = fails || node(child).fails;
  }
  node(id).type = Type::Array;
  node(id).literal = all;
  node(id).fails = fails;
}

void Checker::map(NodeId id) {
  bool all = true, fails = false;
  for (NodeId child : copy(tree_.children(node(id)))) {
    value(child);
    const Node& c = node(child);
    all = all && c.literal;
    fails = fails || c.fails || !c.type.within(kAnyValue | TypeSet(Type::Array));
    // A list in a map may hold maps, but not lists of maps.
    if (c.kind == Kind::List) {
      for (NodeId element : tree_.children(c)) {
        if (node(element).kind == Kind::List && holds_map(element)) {
          fails = true;
          say(all ? kMapsInLists : kMapsInListsFail, node(element).place);
        }
      }
    }
  }
  node(id).type = Type::Map;
  node(id).literal = all;
  node(id).fails = fails;
}

bool Checker::holds_map(NodeId id) const {
  const Node& n = tree_.nodes[id];
  if (n.kind == Kind::Map) return true;
  if (n.kind != Kind::List) return false;
  for (NodeId child : tree_.children(n)) {
    if (holds_map(child)) return true;
  }
  return false;
}

void Checker::negate(NodeId id) {
  NodeId inner = tree_.children(node(id))[0];
  value(inner);
  Node& n = node(id);
  TypeSet t = node(inner).type;
  n.type = t & kNumbers;
  n.fails = node(inner).fails || !t.within(kNumbers);
  if (t.empty() || t.meets(kNumbers)) return;
  say(kNoNegative, node(inner).place, words_for(t));
}

void Checker::arithmetic(NodeId id) {
  NodeId left = tree_.children(node(id))[0], right = tree_.children(node(id))[1];
  value(left);
  value(right);
  Node& n = node(id);
  const Node &a = node(left), &b = node(right);
  bool always = true;
  n.type = {};
  for (int i = 0; i < kTypes; ++i) {
    for (int j = 0; j < kTypes; ++j) {
      Type x = static_cast<Type>(i), y = static_cast<Type>(j);
      if (!a.type.has(x) || !b.type.has(y)) continue;
      TypeSet r = result_of(x, n.op, y);
      n.type |= r;
      always = always && !r.empty();
    }
  }
  bool divides = n.op == Operator::Divide;
  bool by_zero = divides && ((b.kind == Kind::Int && b.integer == 0) || (b.kind == Kind::Double && b.real == 0));
  bool by_other = divides && (b.kind == Kind::Int || b.kind == Kind::Double) && !by_zero;
  n.fails = a.fails || b.fails || !always || (divides && !by_other);
  if (by_zero) {
    say(kDividedByZero, b.place);
  } else if (n.type.empty() && !a.type.empty() && !b.type.empty()) {
    say(kNoArithmetic, n.place, spelling(n.op), words_for(a.type), words_for(b.type));
  }
}

TypeSet Checker::result_of(Type x, Operator op, Type y) {
  if (kNumbers.has(x) && kNumbers.has(y)) return x == Type::Int && y == Type::Int ? Type::Int : Type::Double;
  bool plus = op == Operator::Add, minus = op == Operator::Subtract;
  if (x == Type::Time && y == Type::Duration && (plus || minus)) return Type::Time;
  if (x == Type::Time && y == Type::Time && minus) return Type::Duration;
  if (x == Type::Duration && y == Type::Duration && (plus || minus)) return Type::Duration;
  if (x == Type::Duration && y == Type::Time && plus) return Type::Time;
  return {};
}

bool check(Tree& tree, const Language& language, std::vector<Problem>& problems) {
  return Checker(tree, language, problems).run();
}

}  // namespace whittle::ottl
