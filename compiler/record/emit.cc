// SPDX-License-Identifier: Apache-2.0
#include "compiler/record/emit.h"

namespace whittle::ir {

using ottl::Context;
using ottl::Type;
using ottl::TypeSet;

Instruction& Emit::add(Op op, TypeSet type) {
  Instruction& i = block_.code.emplace_back();
  i.op = op;
  i.type = type;
  i.id = pass_.values++;
  return i;
}

Instruction& Emit::attribute(Op op, TypeSet type, Context context, std::string_view key) {
  Instruction& i = add(op, type);
  i.path = ottl::find_path(context, "attributes");
  i.level = level_of(context);
  i.text = key;
  return i;
}

ValueId Emit::constant(Literal value) {
  constexpr Type kTypes[] = {Type::Nil, Type::Bool, Type::Int, Type::Double, Type::String};  // of the alternatives
  Instruction& i = add(Op::Constant, kTypes[value.index()]);
  i.constant = std::move(value);
  return i.id;
}

ValueId Emit::setting(const check::Value& any) {
  using check::AnyKind;
  if (any.late) {
    Instruction& i = add(Op::Setting, ottl::kAnyValue);
    i.settings = &any;
    return i.id;
  }
  switch (any.any) {
  case AnyKind::Null: return constant({});
  case AnyKind::Bool: return constant(any.boolean);
  case AnyKind::Int: return constant(any.integer);
  case AnyKind::Double: return constant(any.real);
  case AnyKind::String:
  case AnyKind::Date: return constant(any.text);
  case AnyKind::List:
  case AnyKind::Map: break;
  }
  const bool map = any.any == AnyKind::Map;
  std::vector<ValueId> operands;
  for (const check::Value& item : any.items) operands.push_back(setting(item));
  Instruction& i = add(map ? Op::Map : Op::List, map ? Type::Map : Type::Array);
  i.fails = map && !operands.empty();
  i.operands = std::move(operands);
  if (map) i.keys = any.keys;
  return i.id;
}

ValueId Emit::read(Context context, std::string_view name) {
  const ottl::PathEntry* path = ottl::find_path(context, name);
  Instruction& i = add(Op::Read, path->reads);
  i.path = path;
  i.level = level_of(context);
  return i.id;
}

void Emit::write(Context context, std::string_view name, ValueId value) {
  Instruction& i = add(Op::Write, {});
  i.path = ottl::find_path(context, name);
  i.level = level_of(context);
  i.fails = true;
  i.operands = {value};
}

ValueId Emit::read_key(Context context, std::string_view key) {
  return attribute(Op::ReadKey, ottl::kAnyValue, context, key).id;
}

void Emit::write_key(Context context, std::string_view key, ValueId value) {
  Instruction& i = attribute(Op::WriteKey, {}, context, key);
  i.fails = true;
  i.keeps_nil = true;
  i.operands = {value};
}

void Emit::write_found_key(Context context, std::string_view key, ValueId value) {
  write_key(context, key, value);
  block_.code.back().keeps_nil = false;
}

void Emit::delete_key(Context context, std::string_view key) {
  attribute(Op::DeleteKey, {}, context, key);
}

ValueId Emit::part(ValueId map, std::string_view key) {
  ValueId name = constant(std::string(key));
  Instruction& i = add(Op::Part, ottl::kAnyValue);
  i.fails = true;
  i.operands = {map, name};
  return i.id;
}

ValueId Emit::element(ValueId list, int64_t index) {
  ValueId at = constant(index);
  Instruction& i = add(Op::Part, ottl::kAnyValue);
  i.fails = true;
  i.operands = {list, at};
  return i.id;
}

ValueId Emit::call(std::string symbol, std::vector<ValueId> operands) {
  Instruction& i = add(Op::Call, ottl::kAnyValue);
  i.text = std::move(symbol);
  i.fails = true;
  i.operands = std::move(operands);
  return i.id;
}

ValueId Emit::pattern(const regex::Tables& tables) {
  Instruction& i = add(Op::Constant, Type::String);
  i.constant = tables.pattern;
  i.pattern = std::make_shared<const regex::Tables>(tables);
  return i.id;
}

ValueId Emit::truth(bool value) {
  return constant(value);
}

ValueId Emit::has_key(Context context, std::string_view key) {
  return attribute(Op::HasKey, Type::Bool, context, key).id;
}

ValueId Emit::present(ValueId value) {
  Instruction& i = add(Op::Present, Type::Bool);
  i.operands = {value};
  return i.id;
}

ValueId Emit::same(ValueId value, Literal constant) {
  Instruction& i = add(Op::Same, Type::Bool);
  i.operands = {value};
  i.constant = std::move(constant);
  return i.id;
}

ValueId Emit::compare(ottl::Operator how, ValueId left, ValueId right) {
  Instruction& i = add(Op::Compare, Type::Bool);
  i.operation = how;
  i.operands = {left, right};
  return i.id;
}

ValueId Emit::one_of(ValueId text, std::vector<std::string> texts) {
  Instruction& i = add(Op::Match, Type::Bool);
  i.operands = {text};
  i.keys = std::move(texts);
  return i.id;
}

ValueId Emit::match(ValueId text, regex::Tables tables) {
  Instruction& i = add(Op::Match, Type::Bool);
  i.operands = {text};
  i.pattern = std::make_shared<const regex::Tables>(std::move(tables));
  return i.id;
}

ValueId Emit::negation(ValueId truth) {
  Instruction& i = add(Op::Not, Type::Bool);
  i.operands = {truth};
  return i.id;
}

ValueId Emit::text_of(ValueId value, Texts how, std::string otherwise) {
  TypeSet type = Type::String;
  if (how == Texts::Scalar) type = type | TypeSet{Type::Nil};
  Instruction& i = add(Op::TextOf, type);
  i.operands = {value};
  i.how = how;
  i.text = std::move(otherwise);
  return i.id;
}

ValueId Truths::join(Emit& to, Op op) {
  if (blocks_.empty()) return to.truth(op == Op::And);
  Instruction& i = to.add(op, Type::Bool);
  i.blocks = std::move(blocks_);
  return i.id;
}

}  // namespace whittle::ir
