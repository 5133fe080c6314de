// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/constants.h"

#include "compiler/lower/layout.h"
#include "runtime/record/program.h"

namespace whittle::lower {

using llvm::Constant;
using schema::TypeKind;

// The kinds of a scalar that may be written in an Any are numbered alike on both sides; lists and maps never get here.
static_assert(static_cast<int>(check::AnyKind::Null) == static_cast<int>(AnyKind::Null));
static_assert(static_cast<int>(check::AnyKind::Bool) == static_cast<int>(AnyKind::Bool));
static_assert(static_cast<int>(check::AnyKind::Int) == static_cast<int>(AnyKind::Int));
static_assert(static_cast<int>(check::AnyKind::Double) == static_cast<int>(AnyKind::Double));
static_assert(static_cast<int>(check::AnyKind::String) == static_cast<int>(AnyKind::String));

// What stands for Opt<T> and Entry<T> below.
static_assert(offsetof(Opt<uint64_t>, present) == 0 && offsetof(Opt<uint64_t>, value) == 8);
static_assert(std::tuple_size_v<layout::Fields<Opt<uint64_t>>> == 2);
static_assert(offsetof(Entry<uint64_t>, key) == 0 && offsetof(Entry<uint64_t>, value) == sizeof(Str));
static_assert(std::tuple_size_v<layout::Fields<Entry<uint64_t>>> == 2);

Constants::Constants(llvm::Module& module) : module_(module), context_(module.getContext()) {
  str_ = struct_of<Str>(module);
  list_ = struct_of<List<Str>>(module);
  regex_ = struct_of<Regex>(module);
  any_ = struct_of<Any>(module);
  instruction_ = struct_of<RegexInstruction>(module);
  conditions_ = struct_of<record::Conditions>(module);
}

Constant* Constants::integer(uint64_t value, unsigned bits) {
  return llvm::ConstantInt::get(llvm::Type::getIntNTy(context_, bits), value);
}
Constant* Constants::null_pointer() {
  return llvm::ConstantPointerNull::get(llvm::PointerType::get(context_, 0));
}

llvm::Type* Constants::type_of(const schema::Type& type) {
  switch (type.kind) {
  case TypeKind::Bool: return llvm::Type::getInt8Ty(context_);
  case TypeKind::Int:
  case TypeKind::Duration: return llvm::Type::getInt64Ty(context_);
  case TypeKind::Double: return llvm::Type::getDoubleTy(context_);
  case TypeKind::String: return str_;
  case TypeKind::Enum: return llvm::Type::getInt32Ty(context_);
  case TypeKind::Regexp: return regex_;
  case TypeKind::Any: return any_;
  case TypeKind::List:
  case TypeKind::Map: return type.conditions_on.empty() ? list_ : conditions_;
  case TypeKind::Optional:
    return llvm::StructType::get(context_, {llvm::Type::getInt8Ty(context_), type_of(*type.element)});
  case TypeKind::Struct: {
    auto*& known = structs_[type.fields];
    if (!known) {
      std::vector<llvm::Type*> fields;
      for (auto& setting : type.fields->settings) fields.push_back(type_of(*setting.type));
      if (fields.empty()) fields.push_back(llvm::Type::getInt8Ty(context_));  // C++ gives an empty struct one byte
      known = llvm::StructType::create(context_, fields, std::string(type.fields->name));
    }
    return known;
  }
  }
  return nullptr;
}

llvm::GlobalVariable* Constants::bytes(std::string_view data, unsigned alignment) {
  auto* initial = llvm::ConstantDataArray::getRaw(data, data.size(), llvm::Type::getInt8Ty(context_));
  auto* global =
      new llvm::GlobalVariable(module_, initial->getType(), true, llvm::GlobalValue::PrivateLinkage, initial);
  global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  global->setAlignment(llvm::Align(alignment));
  return global;
}

Constant* Constants::text(std::string_view text) {
  auto it = texts_.find(text);
  if (it == texts_.end()) it = texts_.emplace(std::string(text), bytes(std::string(text) + '\0', 1)).first;
  return struct_value(str_, {it->second, integer(text.size(), 64)});
}

Constant* Constants::list(llvm::Type* element, const std::vector<Constant*>& items, const std::string& name) {
  if (items.empty()) return struct_value(list_, {null_pointer(), integer(0, 64)});
  auto* array = llvm::ConstantArray::get(llvm::ArrayType::get(element, items.size()), items);
  auto* global =
      new llvm::GlobalVariable(module_, array->getType(), true, llvm::GlobalValue::PrivateLinkage, array, name);
  return struct_value(list_, {global, integer(items.size(), 64)});
}

Constant* Constants::regex(const regex::Tables& tables) {
  Constant *classes = null_pointer(), *next = null_pointer(), *ends = null_pointer();
  std::vector<Constant*> program;
  if (!tables.next.empty()) {
    classes = bytes({reinterpret_cast<const char*>(tables.byte_class.data()), 256}, 1);
    next = bytes({reinterpret_cast<const char*>(tables.next.data()), tables.next.size() * 2},
                 2);  // both targets are little-endian
    if (!tables.ends.empty())
      ends = bytes({reinterpret_cast<const char*>(tables.ends.data()), tables.ends.size() * 2}, 2);
  }
  auto* first = tables.first.empty()
                    ? null_pointer()
                    : bytes({reinterpret_cast<const char*>(tables.first.data()), tables.first.size()}, 1);
  std::vector<Constant*> groups;
  for (auto& g : tables.groups) groups.push_back(text(g));
  for (auto& i : tables.program)
    program.push_back(struct_value(instruction_, {integer(i.op, 32), integer(i.low, 32), integer(i.high, 32),
                                                  integer(i.next, 32), integer(i.other, 32)}));
  return struct_value(regex_,
                      {text(tables.pattern), classes, next, ends, integer(tables.classes, 32),
                       integer(tables.start, 32), integer(tables.accept_all, 32), integer(tables.capture_start, 32),
                       first, list(instruction_, program, "regex.program"), list(str_, groups, "regex.groups")});
}

Constant* Constants::value(const check::Value& v, const std::string& setting, std::vector<uint64_t>& path,
                           std::vector<Pending>& pending) {
  const schema::Type& type = *v.type;
  if (v.late && type.kind != TypeKind::Optional && type.kind != TypeKind::List && type.kind != TypeKind::Struct &&
      type.kind != TypeKind::Map) {
    pending.push_back({path, &v, setting});
    return Constant::getNullValue(type_of(type));
  }
  // The value of element `i` of the aggregate at `path`.
  auto inner = [&](const check::Value& item, uint64_t i, const std::string& name) {
    path.push_back(i);
    Constant* c = value(item, name, path, pending);
    path.pop_back();
    return c;
  };
  switch (type.kind) {
  case TypeKind::Bool: return integer(v.boolean, 8);
  case TypeKind::Int:
  case TypeKind::Duration: return integer(static_cast<uint64_t>(v.integer), 64);
  case TypeKind::Enum: return integer(static_cast<uint64_t>(v.integer), 32);
  case TypeKind::Double: return llvm::ConstantFP::get(llvm::Type::getDoubleTy(context_), v.real);
  case TypeKind::String: return text(v.text);
  case TypeKind::Regexp: {
    auto tables = type.whole ? regex::compile_captures("^(?s:" + v.text + ")$") : regex::compile(v.text);
    return tables ? regex(*tables) : Constant::getNullValue(regex_);
  }
  case TypeKind::Any: {
    uint64_t bits = 0;
    if (v.any == check::AnyKind::Bool) bits = v.boolean;
    if (v.any == check::AnyKind::Int) bits = static_cast<uint64_t>(v.integer);
    if (v.any == check::AnyKind::Double) memcpy(&bits, &v.real, 8);
    auto kind = v.any == check::AnyKind::Date ? check::AnyKind::String : v.any;
    return struct_value(any_, {integer(static_cast<uint64_t>(kind), 32), integer(bits, 64), text(v.text)});
  }
  case TypeKind::Optional: {
    auto* shape = llvm::cast<llvm::StructType>(type_of(type));
    if (!v.present || v.items.empty()) return Constant::getNullValue(shape);
    return struct_value(shape, {integer(1, 8), inner(v.items[0], 1, setting)});
  }
  case TypeKind::Struct: {
    auto* shape = llvm::cast<llvm::StructType>(type_of(type));
    if (type.fields->settings.empty()) return Constant::getNullValue(shape);
    std::vector<Constant*> fields;
    for (size_t i = 0; i < v.items.size(); ++i)
      fields.push_back(inner(v.items[i], i, setting + "::" + std::string(type.fields->settings[i].name)));
    return struct_value(shape, fields);
  }
  case TypeKind::List:
  case TypeKind::Map: {
    // The elements live in a global of their own, so late-bound ones have their slots there.
    bool map = type.kind == TypeKind::Map;
    if (!type.conditions_on.empty()) {
      auto made = conditions.find(&v);
      return made == conditions.end() ? Constant::getNullValue(conditions_) : made->second;
    }
    if (v.items.empty()) return Constant::getNullValue(list_);
    llvm::Type* element = type_of(*type.element);
    if (map) element = llvm::StructType::get(context_, {str_, element});
    std::vector<Constant*> items;
    std::vector<Pending> own;
    std::vector<uint64_t> own_path;
    for (size_t i = 0; i < v.items.size(); ++i) {
      own_path = map ? std::vector<uint64_t>{i, 1} : std::vector<uint64_t>{i};
      Constant* item = value(v.items[i], setting + "::" + (map ? v.keys[i] : std::to_string(i)), own_path, own);
      items.push_back(map ? struct_value(llvm::cast<llvm::StructType>(element), {text(v.keys[i]), item}) : item);
    }
    auto* array = llvm::ConstantArray::get(llvm::ArrayType::get(element, items.size()), items);
    return struct_value(list_, {place(array, "list", own), integer(items.size(), 64)});
  }
  }
  return nullptr;
}

llvm::GlobalVariable* Constants::place(Constant* initial, const std::string& name,
                                       const std::vector<Pending>& pending) {
  auto* global = new llvm::GlobalVariable(module_, initial->getType(), pending.empty(),
                                          llvm::GlobalValue::PrivateLinkage, initial, name);
  for (auto& p : pending) {
    std::vector<Constant*> indices{integer(0, 64)};
    llvm::Type* at = initial->getType();
    for (uint64_t i : p.path) {
      bool array = at->isArrayTy();
      indices.push_back(integer(i, array ? 64 : 32));
      at = array ? at->getArrayElementType() : at->getStructElementType(static_cast<unsigned>(i));
    }
    late.push_back(
        {llvm::ConstantExpr::getInBoundsGetElementPtr(initial->getType(), global, llvm::ArrayRef<Constant*>(indices)),
         p.value, p.setting});
  }
  return global;
}

llvm::GlobalVariable* Constants::global(const check::Value& v, const std::string& name, const std::string& setting) {
  std::vector<uint64_t> path;
  std::vector<Pending> pending;
  Constant* initial = value(v, setting, path, pending);
  return place(initial, name, pending);
}

}  // namespace whittle::lower
