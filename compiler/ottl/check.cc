// SPDX-License-Identifier: Apache-2.0
// One walk over the tree, from the outside in. Whoever asks for a node says what it must be, as the reference's
// parameters do: a value, a path to write to, a literal, a boolean.
//
// Types are sets of what a value may be when the statement runs. Where a set and what is asked for have nothing in
// common, the reference takes the config and fails at every record, so that is a warning. Where a literal is given, the
// reference converts it when it reads the config, so that is an error.
#include "compiler/ottl/check.h"

#include "compiler/diag/near.h"
#include "compiler/ottl/compare.h"
#include "compiler/ottl/enums.h"
#include "compiler/ottl/literals.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

using Kinds = Problem::Kind;

constexpr TypeSet kIndexable = kMaps | kLists | TypeSet(Type::Bytes);

// What a parameter's getter takes without failing.
TypeSet accepted(Param kind) {
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

// Parameters whose absence is a zero value to the reference, not a crash.
bool zero_if_absent(const Parameter& p) {
  if (p.list) return true;
  return p.kind == Param::ConstString || p.kind == Param::ConstInt || p.kind == Param::ConstDouble ||
         p.kind == Param::ConstBool || p.kind == Param::ConstEnum;
}

std::string code(std::string_view s) {
  return "`" + std::string(s) + "`";
}

class Checker {
public:
  Checker(Tree& tree, const Language& language, std::vector<Problem>& problems)
      : tree_(tree), language_(language), problems_(problems) {}

  bool run() {
    tree_.context = language_.context;
    misplaced();
    switch (tree_.unit) {
    case Unit::Statement: statement(); break;
    case Unit::Condition: condition(); break;
    case Unit::Value: value(tree_.value); break;
    }
    return !wrong_;
  }

private:
  // ---- problems

  Problem& say(Kinds kind, Place place, std::string message) {
    Problem p;
    p.kind = kind;
    p.place = place;
    p.message = std::move(message);
    wrong_ = wrong_ || !p.warning();
    problems_.push_back(std::move(p));
    return problems_.back();
  }

  Node& node(NodeId id) { return tree_.nodes[id]; }
  std::string_view name_of_node(const Node& n) const { return tree_.text_of(n); }
  std::string_view source(Place p) const { return std::string_view(tree_.text).substr(p.begin, p.end - p.begin); }

  // ---- what the reference's grammar takes and refuses right after

  void misplaced() {
    for (NodeId id = 0; id < tree_.nodes.size(); ++id) {
      const Node& n = tree_.nodes[id];
      if (n.kind == Kind::Call) {
        std::string_view name = name_of_node(n);
        bool small = name[0] >= 'a' && name[0] <= 'z';
        if (id == tree_.editor && !small) {
          Problem& p = say(Kinds::Function, n.name_place, "a statement begins with an editor, not with a converter");
          p.help = "editors are written small, such as `set(...)`";
        } else if (id == tree_.editor && n.keys.count > 0) {
          Place keys{n.name_place.end, n.place.end};
          NodeId first = tree_.list(n.keys)[0];
          keys.begin = node(first).place.begin;
          say(Kinds::Syntax, keys, "an editor gives nothing that could be indexed");
        } else if (id != tree_.editor && small) {
          Problem& p = say(Kinds::Function, n.name_place, "an editor gives no value: " + code(name));
          p.near = converter_like(name);
          if (p.near.empty()) p.help = "converters begin with a capital letter";
        }
      } else if (n.kind == Kind::Lambda) {
        NodeId body = tree_.children(n)[0];
        if (tree_.nodes[body].kind == Kind::Lambda)
          say(Kinds::Syntax, tree_.nodes[body].place, "a lambda cannot give another lambda");
      }
    }
  }

  std::string converter_like(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const Function& f : functions()) {
      if (!f.editor && (f.library == Library::Standard || f.library == language_.library)) names.push_back(f.name);
    }
    return std::string(diag::nearest(name, names));
  }

  // ---- units

  void statement() {
    Node& n = node(tree_.editor);
    bool editor = name_of_node(n)[0] >= 'a' && name_of_node(n)[0] <= 'z';
    if (editor) call(tree_.editor);
    size_t warnings = problems_.size();
    if (tree_.where != kNoNode) {
      boolean(tree_.where);
      if (node(tree_.where).constant == Constant::False && problems_.size() == warnings)
        say(Kinds::Nothing, node(tree_.where).place, "this never holds, so the statement never does anything");
    }
  }

  void condition() {
    size_t warnings = problems_.size();
    boolean(tree_.where);
    if (node(tree_.where).constant == Constant::False && problems_.size() == warnings)
      say(Kinds::Never, node(tree_.where).place, "this never holds");
  }

  // ---- booleans

  void boolean(NodeId id) {
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
      n.constant = decided                     ? decides
                   : open                      ? Constant::No
                   : decides == Constant::True ? Constant::False
                                               : Constant::True;
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
      Problem& p = say(Kinds::Fails, n.place,
                       "this fails whenever it runs: a condition must be a bool, and this is " + words_for(n.type));
      p.help = "compare it with something";
    }
    n.fails = n.fails || !n.type.within(Type::Bool);
  }

  void compare(NodeId id) {
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
      say(Kinds::Type, n.place, "the reference cannot compare two of these").help =
          "compare elements of them, or what `Concat` makes of them";
      return;
    }
    if (o.can_be_true && o.can_be_false) return;
    bool about_nil = (a.kind == Kind::Nil) != (b.kind == Kind::Nil);
    if (o.can_be_true && about_nil) return;
    const Node& other = b.literal || !a.literal ? b : a;
    const Node& known = &other == &b ? a : b;
    std::string why =
        code(source(known.place)) + " is " + words_for(known.type) + ", and this is " + words_for(other.type);
    if (about_nil) why = code(source(known.place)) + " is never nil";
    if (known.type.meets(other.type) && !about_nil)
      why = "with " + code(spelling(n.op)) + " " + words_for(known.type) + " and another never compare";
    say(Kinds::Never, other.place, (o.can_be_true ? "this always holds: " : "this never holds: ") + why);
  }

  // ---- values, as the reference's getters take them

  void value(NodeId id) {
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
      Problem& p = say(Kinds::Arguments, n.place, code(name_of_node(n)) + " is no value");
      if (f != nullptr) p.help = "to call it, write " + code(std::string(f->name) + "(...)");
      else p.near = converter_like(name_of_node(n));
      return;
    }
    case Kind::Negate: return negate(id);
    case Kind::Arithmetic: return arithmetic(id);
    case Kind::Lambda:
      say(Kinds::Syntax, node(id).name_place, "lambdas are not taken yet").help =
          "the Collector 0.156 reads them only with a feature gate, and no function of it takes one";
      return;
    case Kind::Local: return;  // of a lambda, which has been refused
    case Kind::Compare:
    case Kind::And:
    case Kind::Or:
    case Kind::Not: return boolean(id);  // of a lambda
    }
  }

  void literal(NodeId id, Type type) {
    node(id).type = type;
    node(id).literal = true;
  }

  void enum_value(NodeId id) {
    Node& n = node(id);
    std::string_view name = name_of_node(n);
    if (const EnumEntry* e = find_enum(language_.context, name)) {
      n.integer = e->value;
      return literal(id, Type::Int);
    }
    std::vector<std::string_view> names;
    for (const EnumEntry& e : enums_of(language_.context)) names.push_back(e.name);
    Problem& p = say(Kinds::Enum, n.place, "no number is named " + code(name) + " here");
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

  void list(NodeId id) {
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

  void map(NodeId id) {
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
            Problem& p = say(all ? Kinds::Type : Kinds::Fails, node(element).place,
                             "within a map, a list of lists cannot hold maps");
            (void)p;
          }
        }
      }
    }
    node(id).type = Type::Map;
    node(id).literal = all;
    node(id).fails = fails;
  }

  bool holds_map(NodeId id) const {
    const Node& n = tree_.nodes[id];
    if (n.kind == Kind::Map) return true;
    if (n.kind != Kind::List) return false;
    for (NodeId child : tree_.children(n)) {
      if (holds_map(child)) return true;
    }
    return false;
  }

  static std::vector<NodeId> copy(std::span<const NodeId> ids) { return {ids.begin(), ids.end()}; }

  void negate(NodeId id) {
    NodeId inner = tree_.children(node(id))[0];
    value(inner);
    Node& n = node(id);
    TypeSet t = node(inner).type;
    n.type = t & kNumbers;
    n.fails = node(inner).fails || !t.within(kNumbers);
    if (t.empty() || t.meets(kNumbers)) return;
    say(Kinds::Fails, node(inner).place, "this fails whenever it runs: " + words_for(t) + " has no negative");
  }

  void arithmetic(NodeId id) {
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
      say(Kinds::Fails, b.place, "this fails whenever it runs: nothing can be divided by 0");
    } else if (n.type.empty() && !a.type.empty() && !b.type.empty()) {
      say(Kinds::Fails, n.place,
          "this fails whenever it runs: " + code(spelling(n.op)) + " knows nothing to do with " + words_for(a.type) +
              " and " + words_for(b.type));
    }
  }

  static TypeSet result_of(Type x, Operator op, Type y) {
    if (kNumbers.has(x) && kNumbers.has(y)) return x == Type::Int && y == Type::Int ? Type::Int : Type::Double;
    bool plus = op == Operator::Add, minus = op == Operator::Subtract;
    if (x == Type::Time && y == Type::Duration && (plus || minus)) return Type::Time;
    if (x == Type::Time && y == Type::Time && minus) return Type::Duration;
    if (x == Type::Duration && y == Type::Duration && (plus || minus)) return Type::Duration;
    if (x == Type::Duration && y == Type::Time && plus) return Type::Time;
    return {};
  }

  // ---- paths

  // Whether paths that begin with `name` and a dot name a context here, and which.
  std::optional<Context> named_context(std::string_view name) const {
    auto c = context_named(name);
    if (!c || !reaches(language_.context, *c)) return std::nullopt;
    bool old = name != name_of(*c);  // instrumentation_scope
    if (old && (language_.context == Context::Resource ||
                (language_.context == Context::Scope && language_.naming != Naming::May)))
      return std::nullopt;
    return c;
  }

  // `writes`: the path is written to, with values of these types; null: it is only read.
  void path(NodeId id, const TypeSet* writes) {
    Node& n = node(id);
    std::span<const Segment> segments = std::span(tree_.segments).subspan(n.names.first, n.names.count);
    size_t first = 0;
    Context context = language_.context;
    bool prefixed = segments.size() > 1 && segments[0].keys.count == 0;
    auto named = named_context(segments[0].name);
    switch (language_.naming) {
    case Naming::Always:
      if (!prefixed || !named) return no_context(n, segments, prefixed);
      break;
    case Naming::Prefixed:
      if (!prefixed) named.reset();
      break;
    case Naming::May:
      if (named && !prefixed) {
        say(Kinds::Path, segments[0].place, code(segments[0].name) + " is a context, and no value by itself");
        return;
      }
      break;
    }
    if (named) context = *named, first = 1;
    n.keys = segments.back().keys;
    n.children = n.keys;
    n.path = resolve(context, segments.subspan(first), named.has_value());
    for (const Segment& s : segments) {
      for (NodeId key : copy(tree_.list(s.keys))) value(key);
    }
    if (n.path == nullptr) return;
    keys(id);
    written(id, writes);
  }

  void no_context(const Node& n, std::span<const Segment> segments, bool prefixed) {
    std::vector<std::string_view> reachable;
    for (Context c : reachable_from(language_.context)) reachable.push_back(name_of(c));
    std::string_view first = segments[0].name;
    auto other = context_named(first);
    if (prefixed && other) {
      Problem& p =
          say(Kinds::Path, segments[0].place,
              "these run for each " + std::string(name_of(language_.context)) + ", which has no " + code(first));
      p.help = "`context` or the paths of the group say what statements run for";
      return;
    }
    std::string_view near = prefixed ? diag::nearest(first, reachable) : std::string_view();
    if (!near.empty()) {
      Problem& p = say(Kinds::Path, segments[0].place, "there is no context " + code(first));
      p.near = near;
      return;
    }
    Problem& p = say(Kinds::Path, n.name_place, "this path does not say its context");
    for (Context c : reachable_from(language_.context)) {
      if (!starts_path(c, first)) continue;
      p.near = std::string(name_of(c)) + "." + std::string(source(n.name_place));
      return;
    }
    p.help = "paths begin with " + list_of(reachable);
  }

  static bool starts_path(Context c, std::string_view first) {
    for (const PathEntry& e : paths_of(c)) {
      if (e.name.substr(0, e.name.find('.')) == first) return true;
    }
    return false;
  }

  static std::string list_of(const std::vector<std::string_view>& names) {
    std::string out;
    for (size_t i = 0; i < names.size(); ++i) {
      if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
      out += code(names[i]);
    }
    return out;
  }

  const PathEntry* resolve(Context context, std::span<const Segment> segments, bool named) {
    std::string name;
    for (const Segment& s : segments) name += (name.empty() ? "" : ".") + s.name;
    for (size_t i = 0; i + 1 < segments.size(); ++i) {
      if (segments[i].keys.count == 0) continue;
      Place place = node(tree_.list(segments[i].keys)[0]).place;
      say(Kinds::Path, place, "only the end of a path can be indexed").help =
          "what is in a map is reached with brackets alone: `attributes[\"a\"][\"b\"]`";
      return nullptr;
    }
    const PathEntry* entry = find_path(context, name);
    if (entry != nullptr && entry->form == Form::Cache && context != language_.context) {
      say(Kinds::Path, segments[0].place,
          "each context has a cache of its own, and this is not " + code(name_of(language_.context)) + "'s")
          .near = "";
      return nullptr;
    }
    if (entry != nullptr) return entry;
    // The longest beginning that is a path, or begins one.
    std::string known;
    size_t at = 0;
    for (; at < segments.size(); ++at) {
      std::string next = known.empty() ? segments[at].name : known + "." + segments[at].name;
      bool begins = false;
      for (const PathEntry& e : paths_of(context))
        begins = begins || e.name == next || (e.name.starts_with(next) && e.name[next.size()] == '.');
      if (!begins) break;
      known = next;
    }
    std::vector<std::string> options;
    for (const PathEntry& e : paths_of(context)) {
      std::string_view rest = e.name;
      if (!known.empty()) {
        if (!rest.starts_with(known) || rest.size() <= known.size() || rest[known.size()] != '.') continue;
        rest.remove_prefix(known.size() + 1);
      }
      options.emplace_back(rest.substr(0, rest.find('.')));
    }
    std::vector<std::string_view> views(options.begin(), options.end());
    std::string where = known.empty() ? std::string(name_of(context)) : std::string(name_of(context)) + "." + known;
    if (at >= segments.size()) {
      Problem& p = say(Kinds::Path, segments.back().place, code(where) + " is no value by itself");
      p.help = "it has " + list_of(views);
      return nullptr;
    }
    Place place = segments[at].place;
    if (options.empty()) {
      place.end = segments.back().place.end;
      Problem& p = say(Kinds::Path, place, "nothing is below " + code(where));
      const PathEntry* above = find_path(context, known);
      if (above != nullptr && above->keys != Keys::None)
        p.help = "what is in it is reached with brackets: " +
                 code((named ? std::string(name_of(context)) + "." : std::string()) + known + "[\"" +
                      segments[at].name + "\"]");
      return nullptr;
    }
    Problem& p = say(Kinds::Path, place, code(where) + " has no " + code(segments[at].name));
    p.near = diag::nearest(segments[at].name, views);
    if (p.near.empty() && views.size() <= 6) p.help = "it has " + list_of(views);
    if (!p.near.empty() || !known.empty()) return nullptr;
    // It may be a path of what is around.
    for (Context c : reachable_from(language_.context)) {
      if (c == context || !starts_path(c, segments[at].name) || c == Context::OtelCol) continue;
      p.help = "there is " + code(std::string(name_of(c)) + "." + segments[at].name);
      break;
    }
    return nullptr;
  }

  void keys(NodeId id) {
    Node& n = node(id);
    std::vector<NodeId> ids = copy(tree_.children(n));
    if (ids.empty()) {
      n.type = n.path->reads;
      n.fails = n.path->form == Form::Index && language_.library == Library::Transform;
      return;
    }
    Place all{node(ids.front()).place.begin, node(ids.back()).place.end};
    if (n.path->keys == Keys::None) {
      say(Kinds::Path, all, code(source(n.name_place)) + " cannot be indexed").help =
          "it is " + words_for(n.path->reads.without(Type::Nil));
      return;
    }
    if (n.path->keys == Keys::One && ids.size() != 1) {
      say(Kinds::Path, all, code(source(n.name_place)) + " takes exactly one key");
      return;
    }
    n.type = n.path->keys == Keys::One ? TypeSet(Type::String) : kKeyed;
    n.fails = ids.size() > 1 || n.path->keys != Keys::Map;
    for (size_t i = 0; i < ids.size(); ++i) {
      const Node& key = node(ids[i]);
      n.fails = n.fails || key.fails || !key.literal;
      if (key.type.empty()) continue;
      bool text_only = i == 0 && n.path->keys != Keys::Value;
      if (n.path->keys == Keys::One && key.kind != Kind::String) {
        say(Kinds::Fails, key.place, "this fails whenever it runs: the key of a trace state is a literal string");
        n.fails = true;
      } else if (text_only && !key.type.has(Type::String)) {
        say(Kinds::Fails, key.place,
            "this fails whenever it runs: keys of a map are strings, and this is " + words_for(key.type));
        n.fails = true;
      } else if (!key.type.meets({Type::String, Type::Int})) {
        say(Kinds::Fails, key.place,
            "this fails whenever it runs: a key is a string or an int, and this is " + words_for(key.type));
        n.fails = true;
      }
    }
  }

  void written(NodeId id, const TypeSet* writes) {
    const Node& n = node(id);
    if (writes == nullptr) return;
    if (n.path->ignores_writes) {
      say(Kinds::Nothing, n.place, "writing to this does nothing");
      return;
    }
    TypeSet takes = n.children.count > 0 ? n.path->writes.empty()      ? TypeSet()
                                           : n.path->keys == Keys::One ? TypeSet(Type::String)
                                                                       : kStorable
                                         : n.path->writes;
    if (takes.empty()) {
      say(Kinds::Fails, n.place, "this fails whenever it runs: " + code(source(n.name_place)) + " can only be read");
      return;
    }
    TypeSet values = writes->without(Type::Nil);
    if (values.empty() || values.meets(takes)) return;
    say(Kinds::Fails, value_place_,
        "this fails whenever it runs: " + code(source(n.name_place)) + " takes " + words_for(takes) + ", and this is " +
            words_for(values));
  }

  // ---- calls

  void call(NodeId id) {
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

  void unknown_function(const Node& n, const std::string& name, bool editor) {
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
      say(Kinds::Function, n.name_place,
          code(name) + " is not known where statements run for each " + std::string(name_of(language_.context)))
          .help = "it is known where they run for each " + where;
      return;
    }
    Problem& p = say(Kinds::Function, n.name_place, "no function is named " + code(name));
    p.near = diag::nearest(name, names);
    if (!p.near.empty()) return;
    Library other = language_.library == Library::Filter ? Library::Transform : Library::Filter;
    if (const Function* f = find_anywhere(other, name))
      p.help = f->library == Library::Filter ? "only the filter processor knows it"
                                             : "only the transform processor knows it";
  }

  // Puts the arguments into the order of the parameters.
  bool bind(NodeId id) {
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
      say(Kinds::Arguments, node(given[i]).place, "arguments without a name come before those with one");
      return false;
    }
    size_t least = static_cast<size_t>(f.required()), most = f.parameters.size();
    if (given.size() < least || given.size() > most) {
      std::string count = least == most          ? std::to_string(most)
                          : given.size() < least ? "at least " + std::to_string(least)
                                                 : "at most " + std::to_string(most);
      bool many = given.size() > most;
      Place place = many ? Place{node(given[most]).place.begin, all.end} : n.name_place;
      Problem& p =
          say(Kinds::Arguments, place,
              code(f.name) + " takes " + count + " argument" + (count.ends_with(" 1") || count == "1" ? "" : "s") +
                  ", and there " + (given.size() == 1 ? "is 1" : "are " + std::to_string(given.size())));
      p.help = signature(f);
      return false;
    }
    for (size_t i = 0; i < given.size(); ++i) {
      int k = static_cast<int>(i);
      if (!names[i].text.empty()) k = find_parameter(f, names[i].text);
      if (k < 0) {
        std::vector<std::string_view> all_names;
        for (const Parameter& p : f.parameters) all_names.push_back(p.name);
        Problem& p = say(Kinds::Arguments, names[i].place, code(f.name) + " has no argument " + code(names[i].text));
        p.near = diag::nearest(names[i].text, all_names);
        if (p.near.empty()) p.near = by_letters(f, names[i].text);
        if (p.near.empty()) p.help = signature(f);
        good = false;
        continue;
      }
      NodeId& slot = bound[static_cast<size_t>(k)];
      if (slot != kNoNode) {
        argument(f, f.parameters[static_cast<size_t>(k)], slot);
        say(Kinds::Nothing, place_of(given, names, i),
            code(f.parameters[static_cast<size_t>(k)].name) + " is given twice; only the last one counts");
      }
      slot = given[i];
    }
    if (!good) return false;
    for (size_t k = 0; k < bound.size(); ++k) {
      const Parameter& p = f.parameters[k];
      if (bound[k] != kNoNode || p.optional || zero_if_absent(p)) continue;
      say(Kinds::Arguments, n.name_place, code(f.name) + " needs the argument " + code(p.name)).help = signature(f);
      good = false;
    }
    Node& again = node(id);
    again.children = {static_cast<uint32_t>(tree_.lists.size()), static_cast<uint32_t>(bound.size())};
    tree_.lists.insert(tree_.lists.end(), bound.begin(), bound.end());
    return good;
  }

  Place place_of(const std::vector<NodeId>& given, const std::vector<Word>& names, size_t i) const {
    Place p = tree_.nodes[given[i]].place;
    if (!names[i].text.empty()) p.begin = names[i].place.begin;
    return p;
  }

  // The parameter with the same letters, whatever stands between them: `xpath` for `x_path`.
  static std::string by_letters(const Function& f, std::string_view name) {
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

  static std::string signature(const Function& f) {
    std::string out = "it is written `" + std::string(f.name) + "(";
    for (size_t i = 0; i < f.parameters.size(); ++i) {
      const Parameter& p = f.parameters[i];
      if (i > 0) out += ", ";
      out += p.optional ? "[" + std::string(p.name) + "]" : std::string(p.name);
    }
    return out + ")`";
  }

  void arguments(NodeId id) {
    const Function& f = *node(id).function;
    std::vector<NodeId> bound = copy(tree_.children(node(id)));
    // The value of `set` is known before what it is written to.
    bool writes_value = f.name == "set" && bound[1] != kNoNode;
    if (writes_value) {
      argument(f, f.parameters[1], bound[1]);
      value_type_ = node(bound[1]).type;
      value_place_ = node(bound[1]).place;
      if (node(bound[1]).kind == Kind::Nil) {
        Problem& p = say(Kinds::Nothing, node(bound[1]).place, "writing nil does nothing");
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

  // A literal that is not given and must be: the reference goes on with its zero value.
  void absent(NodeId id, const Parameter& p) {
    const Function& f = *node(id).function;
    std::optional<Fault> fault = p.kind == Param::ConstInt ? hold(p, int64_t{0}) : hold(p, f, "");
    if (p.rule == Rule::Percentile) fault = Fault{"it would be 0"};
    if (p.list && p.rule != Rule::NotEmpty) fault.reset();
    if (fault) {
      say(Kinds::Arguments, node(id).name_place, code(f.name) + " needs the argument " + code(p.name)).help =
          signature(f);
      return;
    }
    say(Kinds::Nothing, node(id).name_place,
        code(p.name) + " is not given, so it is " +
            (p.list                         ? "empty"
             : p.kind == Param::ConstString ? "`\"\"`"
                                            : "zero"));
  }

  bool argument_fails(const Function& f, const Parameter& p, NodeId id) {
    if (p.list) {
      for (NodeId child : tree_.children(node(id))) {
        if (argument_fails_alone(f, p, child)) return true;
      }
      return false;
    }
    return argument_fails_alone(f, p, id);
  }
  bool argument_fails_alone(const Function& f, const Parameter& p, NodeId id) {
    const Node& n = node(id);
    if (n.literal || n.kind == Kind::FunctionName || n.kind == Kind::Enum) return false;
    TypeSet safe = accepted(p.kind);
    if (p.kind == Param::DoubleLike || p.kind == Param::BoolLike) safe = safe.without(Type::String);
    return n.fails || (!f.tests_type && !n.type.within(safe));
  }

  // ---- one argument

  void argument(const Function& f, const Parameter& p, NodeId id) {
    if (!p.list) return single(f, p, id);
    Node& n = node(id);
    if (n.kind != Kind::List) {
      say(Kinds::Type, n.place,
          code(p.name) + " of " + code(f.name) + " is a list in brackets: each element " + std::string(wanted(p.kind)));
      return;
    }
    std::vector<NodeId> children = copy(tree_.children(n));
    for (NodeId child : children) single(f, p, child);
    Node& again = node(id);
    again.type = Type::Array;
    if (p.rule == Rule::NotEmpty && children.empty())
      say(Kinds::Literal, again.place, code(p.name) + " of " + code(f.name) + " must not be empty");
  }

  void single(const Function& f, const Parameter& p, NodeId id) {
    const Node& n = node(id);
    auto no = [&](std::string_view what) {
      Problem& problem =
          say(Kinds::Type, n.place, code(p.name) + " of " + code(f.name) + " must be " + std::string(what));
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
      if (p.rule == Rule::Percentile && !(n.real > 0 && n.real < 100))
        say(Kinds::Literal, n.place,
            code(p.name) + " of " + code(f.name) + " is between 0 and 100, and neither of them");
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
    if (p.rule == Rule::Severities)
      say(Kinds::Fails, v.place,
          "this fails whenever it runs: " + code(p.name) + " of " + code(f.name) + " must be a literal map");
    if (v.type.meets(takes)) return;
    if (f.tests_type) {
      say(Kinds::Never, v.place, "this never holds: " + code(source(v.place)) + " is " + words_for(v.type));
      return;
    }
    say(Kinds::Fails, v.place,
        "this fails whenever it runs: " + code(p.name) + " of " + code(f.name) + " must be " +
            std::string(wanted(p.kind)) + ", and this is " + words_for(v.type));
  }

  std::string what_it_is(NodeId id) const {
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

  void target(const Function& f, const Parameter& p, NodeId id) {
    bool sets = f.name == "set";
    path(id, sets ? &value_type_ : nullptr);
    const Node& n = node(id);
    if (n.path == nullptr || n.type.empty() || sets) return;
    TypeSet takes = accepted(p.kind);
    if (p.kind == Param::Target && (f.name == "replace_match" || f.name == "replace_pattern")) {
      if (!n.type.has(Type::String))
        say(Kinds::Nothing, n.place, code(f.name) + " changes strings only, and this is " + words_for(n.type));
      return;
    }
    if (!n.type.meets(takes)) {
      say(Kinds::Fails, n.place,
          "this fails whenever it runs: " + code(p.name) + " of " + code(f.name) + " must be " +
              (p.kind == Param::MapTarget ? "a map" : "a list") + ", and this is " + words_for(n.type));
      return;
    }
    if (n.path->writes.empty() && !n.path->ignores_writes)
      say(Kinds::Fails, n.place, "this fails whenever it runs: " + code(source(n.name_place)) + " can only be read");
  }

  // What the reference does with a literal when it reads the config.
  void converted(const Function& f, const Parameter& p, NodeId id) {
    const Node& n = node(id);
    TypeSet takes = accepted(p.kind);
    auto no = [&](std::string_view why) {
      Problem& problem =
          say(Kinds::Type, n.place, code(p.name) + " of " + code(f.name) + " must be " + std::string(wanted(p.kind)));
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

  void held(const Function& f, const Parameter& p, NodeId id) {
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

  void report(NodeId id, const Fault& fault) {
    const Node& n = node(id);
    Place place = n.place;
    bool part = fault.end != std::string::npos && n.kind == Kind::String;
    if (part) place = inside(id, fault.begin, fault.end);
    Problem& p = say(fault.when_run ? Kinds::Fails : Kinds::Literal, place,
                     (fault.when_run ? "this fails whenever it runs: " : "") + fault.message);
    p.help = fault.help;
    if (fault.near.empty()) return;
    p.near = fault.near;
    if (!part && n.kind == Kind::String) p.near = "\"" + p.near + "\"";
  }

  // Where bytes [begin, end) of a literal's text stand in the statement.
  Place inside(NodeId id, size_t begin, size_t end) const {
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

  void function_name(const Function& f, const Parameter& p, NodeId id) {
    Node& n = node(id);
    if (n.kind != Kind::FunctionName && n.kind != Kind::Enum) {
      Problem& problem =
          say(Kinds::Type, n.place, code(p.name) + " of " + code(f.name) + " must be the name of a function");
      problem.label = what_it_is(id);
      if (n.kind == Kind::Call) problem.near = std::string(name_of_node(n));
      return;
    }
    const Function* named = find_function(language_.library, language_.context, name_of_node(n));
    if (named == nullptr) {
      Problem& problem = say(Kinds::Function, n.place, "no function is named " + code(name_of_node(n)));
      problem.near = converter_like(name_of_node(n));
      return;
    }
    n.kind = Kind::FunctionName;
    n.function = named;
    n.type = named->result;
    if (named->parameters.size() != 1) {
      if (named->any_arguments && named->parameters.empty())
        say(Kinds::Function, n.place, code(named->name) + " takes no argument, so there is nothing to call it with");
      else
        say(Kinds::Fails, n.place,
            "this fails whenever it runs: a function here takes one argument, and " + code(named->name) + " has " +
                std::to_string(named->parameters.size()));
      return;
    }
    if (named->parameters[0].kind != Param::String || named->parameters[0].list) {
      say(Kinds::Function, n.place, code(named->name) + " does not take a string, so it cannot be called here");
      return;
    }
    if (!named->result.has(Type::String))
      say(Kinds::Fails, n.place,
          "this fails whenever it runs: the result must be a string, and " + code(named->name) + " gives " +
              words_for(named->result));
  }

  // ---- several arguments together

  void together(NodeId id) {
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
        say(Kinds::Arguments, n.name_place, "there is nothing to append").help = "give `value` or `values`";
      for (std::string_view name : {"value", "values"}) {
        const Node* a = arg(name);
        if (a == nullptr) continue;
        std::vector<NodeId> values = name == "value" ? std::vector<NodeId>{args[1]} : copy(tree_.children(*a));
        for (NodeId v : values) {
          TypeSet t = node(v).type;
          if (!t.empty() && !t.meets(kAnyValue.without({Type::Map, Type::Slice})) && !t.has(Type::Array))
            say(Kinds::Fails, node(v).place, "this fails whenever it runs: " + words_for(t) + " cannot be appended");
        }
      }
    } else if (f.name == "limit") {
      const Node *limit = arg("limit"), *keys = arg("priority_keys");
      int64_t most = limit != nullptr ? limit->integer : 0;
      if (keys != nullptr && keys->kind == Kind::List && (limit == nullptr || limit->kind == Kind::Int) &&
          static_cast<int64_t>(keys->children.count) > most && most >= 0)
        say(Kinds::Literal, keys->place,
            "these are " + std::to_string(keys->children.count) + " keys, and the limit is " + std::to_string(most));
    } else if (f.name == "ParseKeyValue" || f.name == "ToKeyValueString") {
      std::string a = text("delimiter", "="), b = text("pair_delimiter", " ");
      if (a == b && !a.empty()) {
        const Node* where = arg("pair_delimiter") != nullptr ? arg("pair_delimiter") : arg("delimiter");
        say(Kinds::Literal, where->place, "keys and pairs cannot end with the same delimiter");
      }
    } else if (f.name == "merge_histogram_buckets") {
      const Node* target = arg("target_value");
      if (target == nullptr || !target->literal) return;
      if (target->kind == Kind::Nil) {
        say(Kinds::Literal, target->place, "`target_value` must not be nil");
      } else if (text("method", "") == "limit_buckets") {
        double v = target->kind == Kind::Int      ? static_cast<double>(target->integer)
                   : target->kind == Kind::Double ? target->real
                   : target->kind == Kind::Bool   ? (target->boolean ? 1 : 0)
                                                  : strtod(std::string(name_of_node(*target)).c_str(), nullptr);
        if (!(v >= 1 && v <= 9223372036854775807.0 && v == static_cast<double>(static_cast<int64_t>(v))))
          say(Kinds::Literal, target->place, "a number of buckets is a whole number of at least 1");
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

  // ---- what comes out

  void result(NodeId id) {
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
      if (out.empty() && !t.empty() && !f.editor)
        say(Kinds::Fails, node(args[0]).place,
            "this fails whenever it runs: only lists can be sorted, and this is " + words_for(t));
      n.type = out.empty() ? f.result : out;
      break;
    }
    }
    if (n.keys.count == 0) return;
    for (NodeId key : copy(tree_.keys(n))) {
      value(key);
      const Node& k = node(key);
      if (!k.type.empty() && !k.type.meets({Type::String, Type::Int}))
        say(Kinds::Fails, k.place,
            "this fails whenever it runs: a key is a string or an int, and this is " + words_for(k.type));
    }
    Node& again = node(id);
    if (!again.type.empty() && !again.type.meets(kIndexable))
      say(Kinds::Fails, again.name_place,
          "this fails whenever it runs: " + code(f.name) + " gives " + words_for(again.type) +
              ", which cannot be indexed");
    again.type = again.type.within(Type::Strings) ? TypeSet(Type::String) : kAnyValue;
    again.fails = true;
  }

  Tree& tree_;
  const Language& language_;
  std::vector<Problem>& problems_;
  bool wrong_ = false;
  TypeSet value_type_;  // of what `set` writes
  Place value_place_;
};

}  // namespace

bool check(Tree& tree, const Language& language, std::vector<Problem>& problems) {
  return Checker(tree, language, problems).run();
}

}  // namespace whittle::ottl
