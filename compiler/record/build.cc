// SPDX-License-Identifier: Apache-2.0
// From checked trees to instructions. What the reference decides when it reads a config is decided here: constant parts
// of conditions are left out, literals become constants, patterns become tables.
#include "compiler/record/ir.h"

#include "compiler/ottl/locales.h"
#include "compiler/ottl/zones.h"
#include "compiler/regex/glob.h"
#include "compiler/regex/grok.h"

#include <algorithm>

namespace whittle::ir {

using ottl::Context;
using ottl::Form;
using ottl::Kind;
using ottl::Node;
using ottl::NodeId;
using ottl::Tree;

Level level_of(Context context) {
  switch (context) {
  case Context::Resource: return Level::Resource;
  case Context::Scope: return Level::Scope;
  case Context::SpanEvent:
  case Context::DataPoint: return Level::Inner;
  case Context::Exemplar: return Level::Exemplar;
  default: return Level::Record;
  }
}

bool is_attributes(const ottl::PathEntry& path) {
  return path.keys == ottl::Keys::Map && path.form == Form::Plain;
}

namespace {

class Builder {
public:
  Builder(Pass& pass, const Tree& tree, std::vector<std::string>& missing)
      : pass_(pass), tree_(tree), missing_(missing) {}

  // A block that gives a truth value.
  Block truth(NodeId id) {
    Block b;
    b.result = condition(b, id);
    return b;
  }

  // Whether an editor runs at all: its `where`, and for one that leaves nil alone whether there is a target, before
  // anything else of it is evaluated.
  Block guard() {
    std::vector<Block> all;
    if (tree_.where != ottl::kNoNode) all.push_back(truth(tree_.where));
    const Node& call = tree_.at(tree_.editor);
    if (skips_nil(call)) {
      Block present;
      ValueId target = expression(present, tree_.children(call)[0]);
      Instruction& i = add(present, Op::Present, Type::Bool);
      i.operands = {target};
      present.result = i.id;
      all.push_back(std::move(present));
    }
    if (all.empty()) return {};
    if (all.size() == 1) return std::move(all[0]);
    Block b;
    b.result = chain(b, Op::And, std::move(all));
    return b;
  }

  // What an editor does.
  Block edit(NodeId id) {
    Block b;
    const Node& call = tree_.at(id);
    auto arguments = tree_.children(call);
    const std::string_view name = call.function->name;
    // The target of some is the record itself, of metrics above all.
    if (has_edit(name)) {
      std::vector<ValueId> operands;
      for (size_t i = 0; i < call.function->parameters.size(); ++i) operands.push_back(argument(b, call, i));
      Instruction& i = add(b, Op::Edit, {});
      i.function = call.function;
      i.fails = true;
      i.operands = std::move(operands);
      i.level = pass_.level;
      return b;
    }
    if (arguments.empty() || arguments[0] == ottl::kNoNode || tree_.at(arguments[0]).kind != Kind::Path) {
      missing_.push_back("`" + std::string(name) + "`");
      return b;
    }
    const Node& target = tree_.at(arguments[0]);
    if (name == "set") {
      // Of attributes that become one of themselves the new one is there already, and empty.
      const Node& from = tree_.at(arguments[1]);
      const bool of_itself = from.kind == Kind::Path && from.path == target.path && from.keys.count == 0 &&
                             target.keys.count == 1 && is_attributes(*target.path);
      if (of_itself) {
        Instruction& empty = add(b, Op::Map, Type::Map);
        write(b, target, empty.id);
      }
      ValueId value = expression(b, arguments[1]);
      write(b, target, value);
      return b;
    }
    if (name == "delete_key" && is_attributes(*target.path) && target.keys.count == 0 &&
        tree_.at(arguments[1]).kind == Kind::String) {
      Instruction& i = add(b, Op::DeleteKey, {});
      i.level = level_of(target.path->context);
      i.path = target.path;
      i.text = tree_.text_of(tree_.at(arguments[1]));
      return b;
    }
    // Every other editor makes a new value of its target's.
    if (!known(*call.function)) return b;
    target_ = expression(b, arguments[0]);
    std::vector<ValueId> operands{target_};
    for (size_t i = 1; i < arguments.size(); ++i) operands.push_back(argument(b, call, i));
    Instruction& made = add(b, Op::Call, ottl::kStorable | TypeSet{Type::Nil});
    made.function = call.function;
    made.fails = true;
    made.operands = operands;
    write(b, target, made.id);
    // What an editor leaves alone is not written.
    Instruction& last = b.code.back();
    if (last.op == Op::Write) last.operands.push_back(operands[0]);
    return b;
  }

private:
  // replace_pattern, where its other arguments may fail.
  bool skips_nil(const Node& call) const {
    auto parameters = call.function->parameters;
    if (parameters.size() < 3 || parameters[0].kind != ottl::Param::Target ||
        parameters[1].rule != ottl::Rule::Places || tree_.at(tree_.children(call)[0]).kind != Kind::Path)
      return false;
    return std::ranges::any_of(tree_.children(call).subspan(1, 2),
                               [&](NodeId id) { return id != ottl::kNoNode && tree_.at(id).kind != Kind::String; });
  }

  Instruction& add(Block& b, Op op, TypeSet type) {
    b.code.push_back({});
    Instruction& i = b.code.back();
    i.op = op;
    i.type = type;
    i.id = pass_.values++;
    return i;
  }

  ValueId constant(Block& b, Type type, Literal literal) {
    Instruction& i = add(b, Op::Constant, type);
    i.constant = std::move(literal);
    i.bytes = type == Type::Bytes;
    return i.id;
  }

  ValueId constant_truth(Block& b, bool value) { return constant(b, Type::Bool, value); }

  ValueId condition(Block& b, NodeId id) {
    const Node& n = tree_.at(id);
    if (n.constant != ottl::Constant::No) return constant_truth(b, n.constant == ottl::Constant::True);
    switch (n.kind) {
    case Kind::Bool: return constant_truth(b, n.boolean);
    case Kind::Not: {
      ValueId operand = condition(b, tree_.children(n)[0]);
      Instruction& i = add(b, Op::Not, Type::Bool);
      i.operands = {operand};
      return i.id;
    }
    case Kind::And:
    case Kind::Or: {
      std::vector<Block> blocks;
      for (NodeId child : tree_.children(n))
        if (tree_.at(child).constant == ottl::Constant::No) blocks.push_back(truth(child));
      if (blocks.empty()) return constant_truth(b, n.kind == Kind::And);
      Instruction& i = add(b, n.kind == Kind::And ? Op::And : Op::Or, Type::Bool);
      i.fails = n.fails;
      i.blocks = std::move(blocks);
      return i.id;
    }
    case Kind::Compare: {
      auto sides = tree_.children(n);
      ValueId left = expression(b, sides[0]), right = expression(b, sides[1]);
      Instruction& i = add(b, Op::Compare, Type::Bool);
      i.operands = {left, right};
      i.operation = n.op;
      return i.id;
    }
    default: {
      ValueId value = expression(b, id);
      Instruction& i = add(b, Op::IsTrue, Type::Bool);
      i.operands = {value};
      i.fails = !n.type.within(Type::Bool);
      return i.id;
    }
    }
  }

  ValueId expression(Block& b, NodeId id) {
    const Node& n = tree_.at(id);
    switch (n.kind) {
    case Kind::Nil: return constant(b, Type::Nil, {});
    case Kind::Bool: return constant(b, Type::Bool, n.boolean);
    case Kind::Int:
    case Kind::Enum: return constant(b, Type::Int, n.integer);
    case Kind::Double: return constant(b, Type::Double, n.real);
    case Kind::String: return constant(b, Type::String, std::string(tree_.text_of(n)));
    case Kind::Bytes: return constant(b, Type::Bytes, std::string(tree_.text_of(n)));
    case Kind::List:
    case Kind::Map: {
      std::vector<ValueId> operands;
      std::vector<std::string> keys;
      for (NodeId child : tree_.children(n)) operands.push_back(expression(b, child));
      if (n.kind == Kind::Map)
        for (const ottl::Word& w : tree_.words_of(n)) keys.push_back(w.text);
      Instruction& i =
          add(b, n.kind == Kind::List ? Op::List : Op::Map, n.kind == Kind::List ? Type::Array : Type::Map);
      // Not every value can be part of a map.
      i.fails = n.kind == Kind::Map && !operands.empty();
      i.operands = std::move(operands);
      i.keys = std::move(keys);
      return i.id;
    }
    case Kind::Path: return read(b, n);
    case Kind::Call: return call(b, n);
    case Kind::Negate: {
      ValueId operand = expression(b, tree_.children(n)[0]);
      Instruction& i = add(b, Op::Negate, n.type);
      i.fails = true;
      i.operands = {operand};
      return i.id;
    }
    case Kind::Arithmetic: {
      auto sides = tree_.children(n);
      ValueId left = expression(b, sides[0]), right = expression(b, sides[1]);
      Instruction& i = add(b, Op::Arithmetic, n.type);
      i.fails = true;
      i.operands = {left, right};
      i.operation = n.op;
      return i.id;
    }
    case Kind::Compare:
    case Kind::And:
    case Kind::Or:
    case Kind::Not: return condition(b, id);
    default: missing_.push_back("lambda"); return constant(b, Type::Nil, {});
    }
  }

  std::vector<ValueId> keys(Block& b, std::span<const NodeId> nodes) {
    std::vector<ValueId> out;
    for (NodeId k : nodes) out.push_back(expression(b, k));
    return out;
  }

  ValueId part(Block& b, ValueId of, std::vector<ValueId> keys, TypeSet type) {
    if (keys.empty()) return of;
    keys.insert(keys.begin(), of);
    Instruction& i = add(b, Op::Part, type);
    i.fails = true;
    i.operands = std::move(keys);
    return i.id;
  }

  ValueId call_runtime(Block& b, std::string symbol, TypeSet type, std::vector<ValueId> operands) {
    Instruction& i = add(b, Op::Call, type);
    i.text = std::move(symbol);
    i.fails = true;
    i.operands = std::move(operands);
    return i.id;
  }

  // What is known of the request that brought the record.
  ValueId of_request(Block& b, const Node& n, std::span<const NodeId> given) {
    const ottl::PathEntry& path = *n.path;
    if (path.name == "client.addr") return call_runtime(b, "rt_client_address", path.reads, {});
    if (path.name == "client.auth.attributes") {  // nobody is authenticated here
      if (!given.empty()) return constant(b, Type::Nil, {});
      return add(b, Op::Map, Type::Map).id;
    }
    ValueId grpc = constant(b, Type::Int, int64_t{path.name == "grpc.metadata"});
    if (given.empty()) return call_runtime(b, "rt_client_metadata", path.reads, {grpc});
    ValueId name = expression(b, given[0]);
    ValueId values = call_runtime(b, "rt_client_metadata_of", {Type::Nil, Type::Slice}, {grpc, name});
    return nested_part(b, values, given.subspan(1), n);
  }

  ValueId read(Block& b, const Node& n) {
    const ottl::PathEntry& path = *n.path;
    auto given = tree_.children(n);
    if (path.form == Form::External) return of_request(b, n, given);
    const Level level = level_of(path.context);
    if (path.form == Form::Cache) {
      Instruction& i = add(b, Op::ReadCache, Type::Map);
      return first_part(b, i.id, given, n);
    }
    if (is_attributes(path) && !given.empty() && tree_.at(given[0]).kind == Kind::String) {
      std::string key(tree_.text_of(tree_.at(given[0])));
      Instruction& i = add(b, Op::ReadKey, ottl::kAnyValue);
      i.text = key, i.level = level, i.path = &path;
      return nested_part(b, i.id, given.subspan(1), n);
    }
    std::vector<ValueId> own;  // keys that are part of the path itself
    if (path.form == Form::TraceState && !given.empty()) {
      own = keys(b, given.first(1));
      given = given.subspan(1);
    }
    Instruction& i = add(b, Op::Read, path.reads);
    i.path = &path, i.level = level;
    i.fails = path.form == Form::Index || !own.empty();
    i.operands = std::move(own);
    return first_part(b, i.id, given, n);
  }

  ValueId first_part(Block& b, ValueId of, std::span<const NodeId> given, const Node& n) {
    if (given.empty()) return of;
    return part(b, of, keys(b, given), n.type);
  }
  // A missing key of a map is nil, and what is looked for within nil is nil too.
  ValueId nested_part(Block& b, ValueId of, std::span<const NodeId> given, const Node& n) {
    if (given.empty()) return of;
    ValueId made = part(b, of, keys(b, given), n.type);
    b.code.back().bytes = true;  // nil has parts: nil
    return made;
  }

  void write(Block& b, const Node& target, ValueId value) {
    const ottl::PathEntry& path = *target.path;
    auto given = tree_.children(target);
    const Level level = level_of(path.context);
    if (path.form == Form::Cache) {
      ValueId whole = value;
      if (!given.empty()) {
        ValueId of = add(b, Op::ReadCache, Type::Map).id;
        whole = with_part(b, of, value, keys(b, given));
      }
      Instruction& i = add(b, Op::WriteCache, {});
      i.fails = true;
      i.operands = {whole};
      return;
    }
    if (is_attributes(path) && !given.empty() && tree_.at(given[0]).kind == Kind::String) {
      std::string key(tree_.text_of(tree_.at(given[0])));
      if (given.size() > 1) {
        Instruction& of = add(b, Op::ReadKey, ottl::kAnyValue);
        of.text = key, of.level = level, of.path = &path;
        ValueId id = of.id;
        value = with_part(b, id, value, keys(b, given.subspan(1)));
      }
      Instruction& i = add(b, Op::WriteKey, {});
      i.fails = true;
      i.text = key, i.level = level, i.path = &path;
      i.operands = {value};
      return;
    }
    if (path.form == Form::TraceState && !given.empty()) {
      std::vector<ValueId> operands = keys(b, given.first(1));
      operands.insert(operands.begin(), value);
      Instruction& i = add(b, Op::Write, {});
      i.fails = true;
      i.path = &path, i.level = level;
      i.operands = std::move(operands);
      return;
    }
    if (!given.empty() && path.form != Form::External) {  // which nobody writes to
      Instruction& of = add(b, Op::Read, path.reads);
      of.path = &path, of.level = level;
      ValueId id = of.id;
      value = with_part(b, id, value, keys(b, given));
    }
    Instruction& i = add(b, Op::Write, {});
    i.fails = true;
    i.path = &path, i.level = level;
    i.operands = {value};
  }

  ValueId with_part(Block& b, ValueId of, ValueId value, std::vector<ValueId> keys) {
    Instruction& i = add(b, Op::WithPart, ottl::kAnyValue);
    i.fails = true;
    i.operands = {of, value};
    i.operands.insert(i.operands.end(), keys.begin(), keys.end());
    return i.id;
  }

  // One argument, in the form that the function's code takes.
  ValueId argument(Block& b, const Node& call, size_t index) {
    if (index >= tree_.children(call).size()) return kNone;
    NodeId id = tree_.children(call)[index];
    const ottl::Parameter& p = call.function->parameters[index];
    if (p.rule == ottl::Rule::Location) return zones(b, call, id);
    if (id == ottl::kNoNode) return kNone;
    // What a function's result is put into: without a function the reference never looks at it.
    if (p.rule == ottl::Rule::OneVerb && !has_function(call)) return kNone;
    const Node& n = tree_.at(id);
    const bool glob = p.rule == ottl::Rule::Glob;
    const bool places = p.rule == ottl::Rule::Captures || p.rule == ottl::Rule::Places;
    if (p.rule == ottl::Rule::Regexp || glob || places) {
      if (n.kind != Kind::String) {
        ValueId value = expression(b, id);
        Instruction& i = add(b, Op::Call, {});
        i.text = glob ? "rt_pattern_of_glob" : "rt_pattern_of";
        i.fails = true;
        i.operands = {value};
        // Only a text needs the pattern that is to be replaced in it.
        if (skips_nil(call)) i.text = "rt_pattern_for", i.operands.push_back(target_);
        return i.id;
      }
      auto tables = places ? regex::compile_captures(tree_.text_of(n))
                    : glob ? regex::compile(regex::pattern_of_glob(tree_.text_of(n)))
                           : regex::compile(tree_.text_of(n));
      if (!tables) {
        missing_.push_back("pattern `" + std::string(tree_.text_of(n)) + "`");
        return kNone;
      }
      ValueId made = constant(b, Type::String, std::string(tree_.text_of(n)));
      b.code.back().pattern = std::make_shared<const regex::Tables>(std::move(*tables));
      return made;
    }
    if (p.rule == ottl::Rule::Grok) return grok(b, call, n);
    if (p.rule == ottl::Rule::XPath) {
      ValueId path = expression(b, id);
      // Patterns within a path are compiled when it is used: that code comes only with those that have any.
      const std::string_view text = tree_.text_of(n);
      if (!text.contains("matches") && !text.contains("replace")) return path;
      return call_runtime(b, "rt_xpath_with_patterns", Type::String, {path});
    }
    if (p.rule == ottl::Rule::Locale) {
      ValueId names = constant(b, Type::String, std::string(ottl::names_in(tree_.text_of(n))));
      return call_runtime(b, "rt_locale", Type::String, {names});
    }
    // Of a mapping that is not all literal the reference says so whenever the statement runs.
    if (p.rule == ottl::Rule::Severities && !literal(id)) return constant(b, Type::Nil, {});
    if (n.kind == Kind::FunctionName) {
      known(*n.function);
      // One that takes more than the text fails whenever it is called, as in the reference; nil stands for it.
      ValueId made = constant(b, Type::Nil, {});
      if (n.function->parameters.size() == 1) b.code.back().function = n.function;
      return made;
    }
    return expression(b, id);
  }

  bool has_function(const Node& call) const {
    const auto given = tree_.children(call);
    for (size_t i = 0; i < given.size(); ++i)
      if (call.function->parameters[i].kind == ottl::Param::Function && given[i] != ottl::kNoNode) return true;
    return false;
  }

  // The pattern of ExtractGrokPatterns: with all that it refers to, where it is a literal.
  ValueId grok(Block& b, const Node& call, const Node& n) {
    const Node *only = nullptr, *list = nullptr;
    for (size_t i = 0; i < tree_.children(call).size(); ++i) {
      const NodeId id = tree_.children(call)[i];
      if (id == ottl::kNoNode) continue;
      if (call.function->parameters[i].rule == ottl::Rule::GrokPatterns) list = &tree_.at(id);
      if (call.function->parameters[i].kind == ottl::Param::ConstBool) only = &tree_.at(id);
    }
    std::vector<std::string> definitions;
    if (list)
      for (NodeId d : tree_.children(*list)) definitions.emplace_back(tree_.text_of(tree_.at(d)));
    const bool named_only = only && only->boolean;
    if (n.kind == Kind::String) {
      auto tables = regex::compile_grok(tree_.text_of(n), definitions, named_only);
      if (!tables) return kNone;  // the check has said so
      ValueId made = constant(b, Type::String, std::string(tree_.text_of(n)));
      b.code.back().pattern = std::make_shared<const regex::Tables>(std::move(*tables));
      return made;
    }
    std::vector<ValueId> operands{expression(b, static_cast<NodeId>(&n - tree_.nodes.data()))};
    operands.push_back(constant_truth(b, named_only));
    for (std::string& d : definitions) operands.push_back(constant(b, Type::String, std::move(d)));
    const auto count = static_cast<int64_t>(definitions.size());
    operands.insert(operands.begin(), constant(b, Type::Int, count));
    Instruction& i = add(b, Op::Call, {});
    i.text = "rt_pattern_of_grok";
    i.fails = true;
    i.operands = std::move(operands);
    return i.id;
  }

  bool literal(NodeId id) {
    const Node& n = tree_.at(id);
    if (n.kind == Kind::List || n.kind == Kind::Map)
      return std::ranges::all_of(tree_.children(n), [&](NodeId child) { return literal(child); });
    return n.kind != Kind::Path && n.kind != Kind::Call && n.kind != Kind::Arithmetic;
  }

  // What a function looks at without being told.
  ValueId record_path(Block& b, const ottl::Function& f) {
    const ottl::PathEntry& path = *ottl::find_path(f.contexts[0], f.reads);
    Instruction& i = add(b, Op::Read, path.reads);
    i.path = &path, i.level = level_of(path.context);
    return i.id;
  }

  // The zones that a time may be read in: the one that is given, and those that `%Z` may name.
  ValueId zones(Block& b, const Node& call, NodeId location) {
    std::string name;
    if (location != ottl::kNoNode) name = tree_.text_of(tree_.at(location));
    bool named = false;
    for (size_t i = 0; i < call.function->parameters.size(); ++i)
      if (call.function->parameters[i].rule == ottl::Rule::TimeFormat)
        named = tree_.text_of(tree_.at(tree_.children(call)[i])).contains("%Z");
    auto table = ottl::zone_table(name, named);
    if (!table) missing_.push_back("the time zone `" + name + "`, whose data is not on this machine (tzdata)");
    if (!table || table->empty()) return kNone;
    return constant(b, Type::String, std::move(*table));
  }

  bool known(const ottl::Function& f) {
    const bool good = has_code(f.name);
    if (!good) missing_.push_back("`" + std::string(f.name) + "`");
    return good;
  }

  // Coalesce: what stands after the first value that is not nil is not evaluated, so it cannot fail either.
  ValueId first_of(Block& b, const Node& n) {
    std::vector<Block> blocks;
    for (NodeId child : tree_.children(tree_.at(tree_.children(n)[0]))) {
      blocks.emplace_back();
      blocks.back().result = expression(blocks.back(), child);
    }
    Instruction& i = add(b, Op::FirstOf, n.type);
    i.fails = true;
    i.blocks = std::move(blocks);
    return i.id;
  }

  // A list that is looked at until one is true: what stands behind that one is not evaluated.
  ValueId one_by_one(Block& b, const Node& n) {
    const ValueId first = argument(b, n, 0);
    Block asked, found;
    asked.result = is_true(asked, call_runtime(asked, std::string(n.function->one_by_one), Type::Bool, {first}));
    std::vector<Block> blocks;
    for (NodeId child : tree_.children(tree_.at(tree_.children(n)[1]))) {
      Block& one = blocks.emplace_back();
      const ValueId element = expression(one, child);
      Instruction& list = add(one, Op::List, Type::Array);
      list.operands = {element};
      const ValueId only = list.id;
      Instruction& i = add(one, Op::Call, Type::Bool);
      i.function = n.function;
      i.fails = true;
      i.operands = {first, only};
      one.result = is_true(one, i.id);
    }
    found.result = chain(found, Op::Or, std::move(blocks));
    std::vector<Block> both;
    both.push_back(std::move(asked));
    both.push_back(std::move(found));
    return chain(b, Op::And, std::move(both));
  }
  ValueId is_true(Block& b, ValueId value) {
    Instruction& i = add(b, Op::IsTrue, Type::Bool);
    i.operands = {value};
    return i.id;
  }
  ValueId chain(Block& b, Op op, std::vector<Block> blocks) {
    Instruction& i = add(b, op, Type::Bool);
    i.fails = true;
    i.blocks = std::move(blocks);
    return i.id;
  }

  ValueId call(Block& b, const Node& n) {
    if (n.function->gives == ottl::Gives::FirstOfList) return strictly(b, first_of(b, n), n);
    known(*n.function);
    if (!n.function->one_by_one.empty() && !literal(tree_.children(n)[1])) return strictly(b, one_by_one(b, n), n);
    std::vector<ValueId> operands;
    if (!n.function->reads.empty()) operands.push_back(record_path(b, *n.function));
    for (size_t i = 0; i < n.function->parameters.size(); ++i) operands.push_back(argument(b, n, i));
    Instruction& i = add(b, Op::Call, n.type);
    i.function = n.function;
    i.fails = true;
    i.operands = std::move(operands);
    return strictly(b, i.id, n);
  }

  // What a function made, by its keys. A missing key of it is an error, unlike that of a path.
  ValueId strictly(Block& b, ValueId made, const Node& n) {
    auto given = tree_.keys(n);
    if (given.empty()) return made;
    ValueId picked = part(b, made, keys(b, given), n.type);
    b.code.back().text = "strict";
    return picked;
  }

  Pass& pass_;
  const Tree& tree_;
  std::vector<std::string>& missing_;
  ValueId target_ = kNone;  // of the editor at hand
};

}  // namespace

void add_group(Program& program, const ottl::Group& group, bool drops, const std::string& place,
               std::vector<std::string>& missing) {
  Pass pass;
  pass.level = level_of(group.context);
  pass.drops = drops;
  Section section;
  section.errors = group.errors;
  section.drops = drops;
  section.place = place;
  for (const Tree& tree : group.conditions) {
    section.conditions.push_back(Builder(pass, tree, missing).truth(tree.where));
    section.condition_texts.push_back(tree.text);
  }
  for (const Tree& tree : group.statements) {
    Builder builder(pass, tree, missing);
    Statement s;
    s.text = tree.text;
    s.guard = builder.guard();
    s.body = builder.edit(tree.editor);
    section.statements.push_back(std::move(s));
  }
  pass.sections.push_back(std::move(section));
  program.passes.push_back(std::move(pass));
}

void add_kept(Program& program, const ottl::Group& group, const std::string& place, std::vector<std::string>& missing) {
  add_group(program, group, true, place, missing);
  program.passes.back().sections.back().keeps = true;
}

}  // namespace whittle::ir
