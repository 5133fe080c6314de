// SPDX-License-Identifier: Apache-2.0
// One function a pass. Values lie in memory as runtime/ottl/value.h has them, truth values are bits of machine code;
// what the runtime does is called by name and inlined by the linker where that pays. Each instruction that can fail
// ends its block: on to the next one, or to the statement's way out.
#include "compiler/lower/program_code.h"

#include "compiler/lower/fields.h"
#include "compiler/lower/layout.h"
#include "compiler/record/visit.h"
#include "runtime/ottl/value.h"

#include <llvm/IR/IRBuilder.h>

#include <algorithm>
#include <bit>
#include <map>

namespace whittle::lower {

namespace {

using ir::Block;
using ir::Instruction;
using ir::Op;
using llvm::BasicBlock;
using llvm::Constant;
using llvm::Value;
using ottl::Form;
using ottl::ValueKind;

// Value has a union, so its type is written out below (`value_`): kind, wire, detail, size and eight bytes.
static_assert(sizeof(ottl::Value) == 16 && sizeof(ValueKind) == 1);
static_assert(offsetof(ottl::Value, kind) == 0 && offsetof(ottl::Value, wire) == 1);
static_assert(offsetof(ottl::Value, detail) == 2 && offsetof(ottl::Value, size) == 4);
static_assert(offsetof(ottl::Value, integer) == 8);

// Numbers that the program's own enums share with the runtime's.
static_assert(static_cast<int>(ir::Level::Resource) == static_cast<int>(record::Level::Resource));
static_assert(static_cast<int>(ir::Level::Scope) == static_cast<int>(record::Level::Scope));
static_assert(static_cast<int>(ir::Level::Record) == static_cast<int>(record::Level::Record));
static_assert(static_cast<int>(ir::Level::Inner) == static_cast<int>(record::Level::Inner));
static_assert(ir::kLevels == record::kLevels);
static_assert(static_cast<int>(ValueKind::Absent) == ottl::kTypes);

class PassCode {
public:
  // `setting` is the path of the component for messages about its settings.
  // The code of what is known of the messages around (record::Outer) is made by `run_outer`, that of the pass by `run`.
  enum class Which { Code, Outer };
  PassCode(llvm::Module& module, Constants& constants, const ir::Pass& pass, Which which, const std::string& name,
           const std::string& setting)
      : module_(module), context_(module.getContext()), constants_(constants), pass_(pass), setting_(setting),
        b_(context_) {
    pointer_ = llvm::PointerType::get(context_, 0);
    i32_ = b_.getInt32Ty(), i64_ = b_.getInt64Ty(), bit_ = b_.getInt1Ty();
    value_ = llvm::StructType::get(context_, {b_.getInt8Ty(), b_.getInt8Ty(), b_.getInt16Ty(), i32_, i64_});
    const bool code = which == Which::Code;
    auto* type = llvm::FunctionType::get(code ? i32_ : i64_, {pointer_, pointer_, code ? i64_ : i32_}, false);
    function_ = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, name, module);
    entry_ = BasicBlock::Create(context_, "entry", function_);
    b_.SetInsertPoint(entry_);
    for (int i = 0; i < ir::kLevels; ++i) {
      Value* at = b_.CreateConstInBoundsGEP1_64(pointer_, function_->getArg(1), static_cast<uint64_t>(i));
      frames_[i] = b_.CreateLoad(pointer_, at);
    }
    cache_ = slot();
    BasicBlock* body = block("body");
    b_.SetInsertPoint(body);
  }

  llvm::Function* run() {
    BasicBlock* first = b_.GetInsertBlock();
    for (const ir::Section& s : pass_.sections) section(s);
    b_.CreateRet(verdict(0));
    // The slots of values come first.
    llvm::IRBuilder<>(entry_).CreateBr(first);
    return function_;
  }

  llvm::Function* run_outer() {
    BasicBlock *first = b_.GetInsertBlock(), *none = block("none");
    auto* by_level = b_.CreateSwitch(function_->getArg(2), none);
    for (int level = 0; level < ir::kLevels; ++level) {
      Value* bits = nullptr;
      for (size_t k = 0; k < pass_.hoisted.size(); ++k) {
        const ir::Hoisted& h = pass_.hoisted[k];
        if (static_cast<int>(h.level) != level) continue;
        if (!bits) {
          BasicBlock* here = block("level");
          by_level->addCase(b_.getInt32(static_cast<uint32_t>(level)), here);
          b_.SetInsertPoint(here);
          bits = b_.getInt64(0);
        }
        Value* bit = b_.CreateZExt(truth(h.block, none), i64_);
        bits = b_.CreateOr(bits, b_.CreateShl(bit, static_cast<uint64_t>(k)));
      }
      if (bits) b_.CreateRet(bits);
    }
    b_.SetInsertPoint(none);
    b_.CreateRet(b_.getInt64(0));
    llvm::IRBuilder<>(entry_).CreateBr(first);
    return function_;
  }

private:
  static size_t instructions_in(const ir::Pass& pass) {
    size_t n = 0;
    ir::each_instruction(pass, [&](const Instruction&) { ++n; });
    return n;
  }

  BasicBlock* block(const char* name) { return BasicBlock::Create(context_, name, function_); }
  Value* verdict(uint32_t v) { return b_.getInt32(v); }
  Value* run_arg() { return function_->getArg(0); }

  // Memory for a value, made once whatever loop it stands in.
  Value* slot() {
    llvm::IRBuilder<> at(entry_);
    auto* s = at.CreateAlloca(value_);
    s->setAlignment(llvm::Align(8));
    return s;
  }

  void section(const ir::Section& s) {
    BasicBlock *go = block("holds"), *done = block("section.end");
    copy(constant_value(ValueKind::Map, 0, b_.getInt64(0)), cache_);
    if (s.conditions.empty()) {
      b_.CreateBr(go);
    } else {
      for (size_t i = 0; i < s.conditions.size(); ++i) {
        BasicBlock *failed = block("failed"), *next = block("next");
        Value* holds = truth(s.conditions[i], failed);
        b_.CreateCondBr(holds, go, next);
        fail_to(failed, next, s, s.condition_texts[i]);
        b_.SetInsertPoint(next);
      }
      if (s.keeps) b_.CreateRet(verdict(1));
      else b_.CreateBr(done);
    }
    b_.SetInsertPoint(go);
    if (s.keeps) {
      b_.CreateBr(done);
    } else if (s.drops) {
      b_.CreateRet(verdict(1));
    } else {
      for (const ir::Statement& t : s.statements) statement(s, t);
      b_.CreateBr(done);
    }
    b_.SetInsertPoint(done);
  }

  void statement(const ir::Section& s, const ir::Statement& t) {
    BasicBlock *failed = block("failed"), *next = block("next");
    if (t.guard.result != ir::kNone) {
      BasicBlock* body = block("where");
      b_.CreateCondBr(truth(t.guard, failed), body, next);
      b_.SetInsertPoint(body);
    }
    emit(t.body, failed);
    b_.CreateBr(next);
    fail_to(failed, next, s, t.text);
    b_.SetInsertPoint(next);
  }

  // What happens in `failed`.
  void fail_to(BasicBlock* failed, BasicBlock* next, const ir::Section& s, const std::string& text) {
    b_.SetInsertPoint(failed);
    if (s.errors == ottl::ErrorMode::Silent) {
      b_.CreateBr(next);
      return;
    }
    call("rt_statement_failed", b_.getVoidTy(), {run_arg(), global_text(text), global_text(s.place)});
    if (s.errors == ottl::ErrorMode::Propagate) b_.CreateRet(verdict(2));
    else b_.CreateBr(next);
  }

  Value* truth(const Block& b, BasicBlock* failed) {
    emit(b, failed);
    return as_bit(b.result);
  }

  void emit(const Block& b, BasicBlock* failed) {
    for (const Instruction& i : b.code) {
      instruction(i, failed);
      if (i.op != Op::Write && i.op != Op::WriteKey && i.op != Op::WriteCache) continue;
      if (!put_well_) continue;
      BasicBlock* good = block("good");
      b_.CreateCondBr(put_well_, good, failed);
      b_.SetInsertPoint(good);
      put_well_ = nullptr;
    }
  }

  // ---- values
  // -----------------------------------------------------------------------------------------------------------

  struct Known {
    Value* bit = nullptr;     // a truth value
    Value* memory = nullptr;  // any other
    const Instruction* made = nullptr;
  };

  Value* as_bit(ir::ValueId id) { return known_[id].bit; }

  Value* memory(ir::ValueId id) {
    Known& k = known_[id];
    if (k.memory) return k.memory;
    Value* s = slot();
    store(s, ValueKind::Bool, b_.getInt32(0), b_.CreateZExt(k.bit, i64_));
    return s;
  }

  void store(Value* to, ValueKind kind, Value* size, Value* bits) {
    b_.CreateStore(b_.getInt32(static_cast<uint32_t>(kind)), b_.CreateStructGEP(value_, to, 0));
    b_.CreateStore(size, b_.CreateStructGEP(value_, to, 3));
    b_.CreateStore(bits, b_.CreateStructGEP(value_, to, 4));
  }

  Constant* constant_value(ValueKind kind, uint32_t size, Constant* bits) {
    auto* type =
        llvm::StructType::get(context_, {b_.getInt8Ty(), b_.getInt8Ty(), b_.getInt16Ty(), i32_, bits->getType()});
    auto* v = struct_value(
        type, {b_.getInt8(static_cast<uint8_t>(kind)), b_.getInt8(0), b_.getInt16(0), b_.getInt32(size), bits});
    auto* g = new llvm::GlobalVariable(module_, type, true, llvm::GlobalValue::PrivateLinkage, v, "value");
    g->setAlignment(llvm::Align(8));
    return g;
  }

  Constant* constant_of(const Instruction& i) {
    if (i.function) {
      auto* type = llvm::FunctionType::get(bit_, {pointer_, pointer_, pointer_}, false);
      auto callee = module_.getOrInsertFunction("rt_ottl_" + std::string(i.function->name), type);
      llvm::cast<llvm::Function>(callee.getCallee())->addRetAttr(llvm::Attribute::ZExt);
      return constant_value(ValueKind::Function, 0, llvm::cast<Constant>(callee.getCallee()));
    }
    if (i.pattern) return constant_value(ValueKind::Pattern, 0, constant_pattern(*i.pattern));
    if (auto* b = std::get_if<bool>(&i.constant)) return constant_value(ValueKind::Bool, 0, b_.getInt64(*b));
    if (auto* n = std::get_if<int64_t>(&i.constant))
      return constant_value(ValueKind::Int, 0, b_.getInt64(static_cast<uint64_t>(*n)));
    if (auto* d = std::get_if<double>(&i.constant))
      return constant_value(ValueKind::Double, 0, b_.getInt64(std::bit_cast<uint64_t>(*d)));
    if (auto* s = std::get_if<std::string>(&i.constant))
      return constant_value(i.bytes ? ValueKind::Bytes : ValueKind::String, static_cast<uint32_t>(s->size()), data(*s));
    return constant_value(ValueKind::Nil, 0, b_.getInt64(0));
  }

  Constant* constant_pattern(const regex::Tables& tables) {
    return new llvm::GlobalVariable(module_, constants_.regex_type(), true, llvm::GlobalValue::PrivateLinkage,
                                    constants_.regex(tables), "pattern");
  }

  // The bytes of a text, that live as long as the program.
  Constant* data(std::string_view text) {
    return llvm::cast<llvm::ConstantStruct>(constants_.text(text))->getOperand(0);
  }
  Constant* global_text(std::string_view text) {
    return new llvm::GlobalVariable(module_, constants_.str_type(), true, llvm::GlobalValue::PrivateLinkage,
                                    constants_.text(text));
  }

  void copy(Value* from, Value* to) { b_.CreateMemCpy(to, llvm::Align(8), from, llvm::Align(8), 16); }

  // ---- calls
  // ------------------------------------------------------------------------------------------------------------

  Value* call(const std::string& name, llvm::Type* result, std::vector<Value*> arguments) {
    std::vector<llvm::Type*> types;
    for (Value* a : arguments) types.push_back(a->getType());
    auto callee = module_.getOrInsertFunction(name, llvm::FunctionType::get(result, types, false));
    if (result == bit_) llvm::cast<llvm::Function>(callee.getCallee())->addRetAttr(llvm::Attribute::ZExt);
    auto* made = b_.CreateCall(callee, arguments);
    if (large_) made->addFnAttr(llvm::Attribute::NoInline);
    return made;
  }

  // A call that says whether it went well.
  void checked(const std::string& name, std::vector<Value*> arguments, BasicBlock* failed) {
    BasicBlock* good = block("good");
    b_.CreateCondBr(call(name, bit_, std::move(arguments)), good, failed);
    b_.SetInsertPoint(good);
  }

  Value* frame(ir::Level level) { return frames_[static_cast<int>(level)]; }

  // An array of values that the operands are copied to.
  Value* array_of(std::span<const ir::ValueId> operands) {
    llvm::IRBuilder<> at(entry_);
    auto* type = llvm::ArrayType::get(value_, std::max<size_t>(1, operands.size()));
    auto* array = at.CreateAlloca(type);
    array->setAlignment(llvm::Align(8));
    for (size_t k = 0; k < operands.size(); ++k) {
      Value* to = b_.CreateConstInBoundsGEP2_64(type, array, 0, k);
      if (operands[k] == ir::kNone) {
        store(to, ValueKind::Absent, b_.getInt32(0), b_.getInt64(0));
      } else {
        copy(memory(operands[k]), to);
      }
    }
    return array;
  }

  // ---- instructions
  // -------------------------------------------------------------------------------------------------------

  void instruction(const Instruction& i, BasicBlock* failed) {
    Known& out = known_[i.id];
    out.made = &i;
    switch (i.op) {
    case Op::Constant:
      if (auto* b = std::get_if<bool>(&i.constant)) out.bit = b_.getInt1(*b);
      else out.memory = constant_of(i);
      return;
    case Op::Setting:
      out.memory = slot();
      call("rt_value_of_any", b_.getVoidTy(), {constants_.global(*i.settings, "setting", setting_), out.memory});
      return;
    case Op::List: {
      Value* s = slot();
      Value* items = array_of(i.operands);
      call("rt_make_list", b_.getVoidTy(),
           {run_arg(), items, b_.getInt32(static_cast<uint32_t>(i.operands.size())), s});
      out.memory = s;
      return;
    }
    case Op::Map: {
      Value* s = slot();
      Value* items = array_of(i.operands);
      std::vector<Constant*> keys;
      for (auto& k : i.keys) keys.push_back(constants_.text(k));
      auto* list = constants_.list(constants_.str_type(), keys, "keys");
      auto* holder =
          new llvm::GlobalVariable(module_, constants_.list_type(), true, llvm::GlobalValue::PrivateLinkage, list);
      checked("rt_make_map", {run_arg(), holder, items, s}, failed);
      out.memory = s;
      return;
    }
    case Op::Read: out.memory = read(i, failed); return;
    case Op::Write: return write(i, failed);
    case Op::ReadKey:
      out.memory = slot();
      if (Value* key = key_number(i)) {
        call("rt_get_key", b_.getVoidTy(), {run_arg(), frame(i.level), key, out.memory});
        return;
      }
      call("rt_get_attribute", b_.getVoidTy(),
           {run_arg(), frame(i.level), data(i.text), b_.getInt64(i.text.size()), out.memory});
      return;
    case Op::WriteKey: {
      Value* key = key_number(i);
      auto put = [&](const std::string& how) {
        if (key) checked(how + "_key", {run_arg(), frame(i.level), key, memory(i.operands[0])}, failed);
        else
          checked(how + "_attribute",
                  {run_arg(), frame(i.level), data(i.text), b_.getInt64(i.text.size()), memory(i.operands[0])}, failed);
      };
      if (i.keeps_nil) put("rt_copy");
      else not_nil(i.operands[0], [&] { put("rt_put"); });
      return;
    }
    case Op::DeleteKey:
      if (Value* key = key_number(i)) call("rt_delete_key", b_.getVoidTy(), {frame(i.level), key});
      else call("rt_delete_attribute", b_.getVoidTy(), {frame(i.level), data(i.text), b_.getInt64(i.text.size())});
      return;
    case Op::ReadCache:
      out.memory = slot();
      copy(cache_, out.memory);
      return;
    case Op::WriteCache:
      not_nil(i.operands[0], [&] { checked("rt_set_cache", {run_arg(), cache_, memory(i.operands[0])}, failed); });
      return;
    case Op::Part: {
      out.memory = slot();
      Value* keys = array_of(std::span(i.operands).subspan(1));
      const uint32_t how = i.bytes ? 1 : i.text == "strict" ? 2 : 0;
      checked("rt_get_keyed",
              {run_arg(), memory(i.operands[0]), keys, b_.getInt32(static_cast<uint32_t>(i.operands.size() - 1)),
               b_.getInt32(how), out.memory},
              failed);
      return;
    }
    case Op::WithPart: {
      out.memory = slot();
      Value* keys = array_of(std::span(i.operands).subspan(2));
      // What it leaves behind where it fails is written too, and then it has failed.
      put_well_ = call("rt_put_keyed", bit_,
                       {run_arg(), memory(i.operands[0]), keys,
                        b_.getInt32(static_cast<uint32_t>(i.operands.size() - 2)), memory(i.operands[1]), out.memory});
      return;
    }
    case Op::Call: {
      out.memory = slot();
      Value* arguments = array_of(i.operands);
      checked(i.function ? "rt_ottl_" + std::string(i.function->name) : i.text, {run_arg(), arguments, out.memory},
              failed);
      return;
    }
    case Op::Edit:
      checked("rt_edit_" + std::string(i.function->name), {run_arg(), function_->getArg(1), array_of(i.operands)},
              failed);
      return;
    case Op::Arithmetic: {
      out.memory = slot();
      const auto how = static_cast<uint32_t>(i.operation) - static_cast<uint32_t>(ottl::Operator::Add);
      checked("rt_arithmetic", {run_arg(), memory(i.operands[0]), memory(i.operands[1]), b_.getInt32(how), out.memory},
              failed);
      return;
    }
    case Op::Negate:
      out.memory = slot();
      checked("rt_negate", {run_arg(), memory(i.operands[0]), out.memory}, failed);
      return;
    case Op::Compare: out.bit = compare(i); return;
    case Op::IsTrue: out.bit = is_true(i, failed); return;
    case Op::Not: out.bit = b_.CreateNot(as_bit(i.operands[0])); return;
    case Op::And:
    case Op::Or: out.bit = chain(i, failed); return;
    case Op::FirstOf: out.memory = first_of(i, failed); return;
    case Op::Exceeds:
      out.bit = call(i.longer ? "rt_longer_attribute" : "rt_more_attributes", bit_,
                     {frame(i.level), b_.getInt64(static_cast<uint64_t>(std::get<int64_t>(i.constant)))});
      return;
    case Op::HasKey:
      if (Value* key = key_number(i)) out.bit = call("rt_has_key", bit_, {frame(i.level), key});
      else out.bit = call("rt_has_attribute", bit_, {frame(i.level), data(i.text), b_.getInt64(i.text.size())});
      return;
    case Op::Hoisted:
      out.bit = b_.CreateTrunc(b_.CreateLShr(function_->getArg(2), static_cast<uint64_t>(i.index)), bit_);
      return;
    case Op::Present:
      out.bit = known_[i.operands[0]].bit ? b_.getTrue()
                                          : b_.CreateICmpNE(kind_of_value(memory(i.operands[0])), b_.getInt8(0));
      return;
    case Op::Same: out.bit = same(memory(i.operands[0]), i.constant); return;
    case Op::TextOf:
      out.memory = slot();
      call("rt_text_of", b_.getVoidTy(),
           {run_arg(), memory(i.operands[0]), b_.getInt1(i.how == ir::Texts::Anything), global_text(i.text),
            out.memory});
      return;
    case Op::Match:
      out.bit = i.pattern ? call("rt_text_matches", bit_, {memory(i.operands[0]), constant_pattern(*i.pattern)})
                          : one_of(memory(i.operands[0]), i.keys);
      return;
    }
  }

  // The number of the instruction's key where attributes are looked up; null where they are looked through.
  Value* key_number(const Instruction& i) {
    const auto& keys = pass_.keys[static_cast<size_t>(i.level)];
    if (keys.empty()) return nullptr;
    return b_.getInt32(static_cast<uint32_t>(std::ranges::find(keys, i.text) - keys.begin()));
  }

  Value* kind_of_value(Value* v) { return b_.CreateLoad(b_.getInt8Ty(), v); }
  Value* is_kind(Value* v, ValueKind kind) {
    return b_.CreateICmpEQ(kind_of_value(v), b_.getInt8(static_cast<uint8_t>(kind)));
  }

  // Whether a value is of that very type and content.
  Value* same(Value* v, const ir::Literal& wanted) {
    if (auto* text = std::get_if<std::string>(&wanted)) return same_text(v, *text);
    Value* bits = b_.CreateLoad(i64_, b_.CreateStructGEP(value_, v, 4));
    if (auto* truth = std::get_if<bool>(&wanted))
      return b_.CreateAnd(is_kind(v, ValueKind::Bool), b_.CreateICmpEQ(bits, b_.getInt64(*truth)));
    if (auto* n = std::get_if<int64_t>(&wanted))
      return b_.CreateAnd(is_kind(v, ValueKind::Int), b_.CreateICmpEQ(bits, b_.getInt64(static_cast<uint64_t>(*n))));
    if (auto* d = std::get_if<double>(&wanted))
      return b_.CreateAnd(is_kind(v, ValueKind::Double), b_.CreateFCmpOEQ(b_.CreateBitCast(bits, b_.getDoubleTy()),
                                                                          llvm::ConstantFP::get(b_.getDoubleTy(), *d)));
    return b_.CreateICmpEQ(kind_of_value(v), b_.getInt8(0));
  }

  // Whether a value is one of these texts: a switch over the size, then bytes of a known number.
  Value* one_of(Value* v, const std::vector<std::string>& texts) {
    std::map<size_t, std::vector<const std::string*>> by_size;
    for (const std::string& t : texts) by_size[t.size()].push_back(&t);
    BasicBlock *sizes = block("is.text"), *done = block("compared");
    std::vector<std::pair<Value*, BasicBlock*>> results{{b_.getFalse(), b_.GetInsertBlock()}};
    b_.CreateCondBr(is_kind(v, ValueKind::String), sizes, done);
    b_.SetInsertPoint(sizes);
    Value* size = b_.CreateLoad(i32_, b_.CreateStructGEP(value_, v, 3));
    Value* at = b_.CreateLoad(pointer_, b_.CreateStructGEP(value_, v, 4));
    auto* by = b_.CreateSwitch(size, done, static_cast<unsigned>(by_size.size()));
    results.push_back({b_.getFalse(), sizes});
    for (auto& [length, list] : by_size) {
      BasicBlock* here = block("size");
      by->addCase(b_.getInt32(static_cast<uint32_t>(length)), here);
      b_.SetInsertPoint(here);
      for (size_t k = 0; k < list.size(); ++k) {
        Value* equal = length == 0 ? static_cast<Value*>(b_.getTrue())
                                   : b_.CreateICmpEQ(call("bcmp", i32_, {at, data(*list[k]), b_.getInt64(length)}),
                                                     b_.getInt32(0));
        const bool last = k + 1 == list.size();
        results.push_back({last ? equal : b_.getTrue(), b_.GetInsertBlock()});
        if (last) {
          b_.CreateBr(done);
        } else {
          BasicBlock* next = block("next");
          b_.CreateCondBr(equal, done, next);
          b_.SetInsertPoint(next);
        }
      }
    }
    b_.SetInsertPoint(done);
    auto* phi = b_.CreatePHI(bit_, static_cast<unsigned>(results.size()));
    for (auto& [value, from] : results) phi->addIncoming(value, from);
    return phi;
  }

  template <class F>
  void not_nil(ir::ValueId id, F then) {
    BasicBlock *there = block("value"), *next = block("next");
    if (known_[id].bit) {
      b_.CreateBr(there);
    } else {
      Value* kind = b_.CreateLoad(b_.getInt8Ty(), memory(id));
      b_.CreateCondBr(b_.CreateICmpNE(kind, b_.getInt8(0)), there, next);
    }
    b_.SetInsertPoint(there);
    then();
    b_.CreateBr(next);
    b_.SetInsertPoint(next);
  }

  Value* chain(const Instruction& i, BasicBlock* failed) {
    const bool decides = i.op == Op::Or;
    BasicBlock* done = block(decides ? "or" : "and");
    std::vector<std::pair<Value*, BasicBlock*>> results;
    for (size_t k = 0; k < i.blocks.size(); ++k) {
      Value* v = truth(i.blocks[k], failed);
      if (k + 1 == i.blocks.size()) {
        results.push_back({v, b_.GetInsertBlock()});
        b_.CreateBr(done);
        break;
      }
      BasicBlock* next = block("next");
      results.push_back({b_.getInt1(decides), b_.GetInsertBlock()});
      if (decides) b_.CreateCondBr(v, done, next);
      else b_.CreateCondBr(v, next, done);
      b_.SetInsertPoint(next);
    }
    b_.SetInsertPoint(done);
    auto* phi = b_.CreatePHI(bit_, static_cast<unsigned>(results.size()));
    for (auto& [v, from] : results) phi->addIncoming(v, from);
    return phi;
  }

  Value* first_of(const Instruction& i, BasicBlock* failed) {
    Value* s = slot();
    store(s, ValueKind::Nil, b_.getInt32(0), b_.getInt64(0));
    BasicBlock* done = block("found");
    for (const Block& one : i.blocks) {
      emit(one, failed);
      copy(memory(one.result), s);
      BasicBlock* next = block("next");
      Value* kind = b_.CreateLoad(b_.getInt8Ty(), s);
      b_.CreateCondBr(b_.CreateICmpNE(kind, b_.getInt8(0)), done, next);
      b_.SetInsertPoint(next);
    }
    b_.CreateBr(done);
    b_.SetInsertPoint(done);
    return s;
  }

  Value* is_true(const Instruction& i, BasicBlock* failed) {
    if (known_[i.operands[0]].bit) return as_bit(i.operands[0]);
    Value* v = memory(i.operands[0]);
    Value* kind = b_.CreateLoad(b_.getInt8Ty(), v);
    Value* is_bool = b_.CreateICmpEQ(kind, b_.getInt8(static_cast<uint8_t>(ValueKind::Bool)));
    BasicBlock *good = block("bool"), *bad = block("no.bool");
    b_.CreateCondBr(is_bool, good, bad);
    b_.SetInsertPoint(bad);
    call("rt_not_a_bool", b_.getVoidTy(), {run_arg()});
    b_.CreateBr(failed);
    b_.SetInsertPoint(good);
    Value* bits = b_.CreateLoad(i64_, b_.CreateStructGEP(value_, v, 4));
    return b_.CreateICmpNE(bits, b_.getInt64(0));
  }

  const std::string* constant_text(ir::ValueId id) {
    const Instruction* made = known_[id].made;
    if (!made || made->op != Op::Constant || made->bytes || made->pattern) return nullptr;
    return std::get_if<std::string>(&made->constant);
  }

  Value* compare(const Instruction& i) {
    const bool equal = i.operation == ottl::Operator::Equal, unequal = i.operation == ottl::Operator::NotEqual;
    if (equal || unequal) {
      for (int side = 0; side < 2; ++side) {
        const std::string* text = constant_text(i.operands[static_cast<size_t>(side)]);
        if (!text) continue;
        Value* same = same_text(memory(i.operands[static_cast<size_t>(1 - side)]), *text);
        return equal ? same : b_.CreateNot(same);
      }
    }
    const auto how = static_cast<uint32_t>(i.operation) - static_cast<uint32_t>(ottl::Operator::Equal);
    return call("rt_compare", bit_, {run_arg(), memory(i.operands[0]), memory(i.operands[1]), b_.getInt32(how)});
  }

  // Whether a value is that text: its kind and size in one comparison each, then bytes of a known number.
  Value* same_text(Value* v, const std::string& text) {
    BasicBlock *from, *bytes = block("same.size"), *done = block("compared");
    Value* kind = b_.CreateLoad(b_.getInt8Ty(), v);
    Value* size = b_.CreateLoad(i32_, b_.CreateStructGEP(value_, v, 3));
    Value* fits = b_.CreateAnd(b_.CreateICmpEQ(kind, b_.getInt8(static_cast<uint8_t>(ValueKind::String))),
                               b_.CreateICmpEQ(size, b_.getInt32(static_cast<uint32_t>(text.size()))));
    from = b_.GetInsertBlock();
    b_.CreateCondBr(fits, bytes, done);
    b_.SetInsertPoint(bytes);
    Value* at = b_.CreateLoad(pointer_, b_.CreateStructGEP(value_, v, 4));
    Value* same = text.empty()
                      ? static_cast<Value*>(b_.getTrue())
                      : b_.CreateICmpEQ(call("bcmp", i32_, {at, data(text), b_.getInt64(text.size())}), b_.getInt32(0));
    BasicBlock* compared = b_.GetInsertBlock();
    b_.CreateBr(done);
    b_.SetInsertPoint(done);
    auto* phi = b_.CreatePHI(bit_, 2);
    phi->addIncoming(b_.getFalse(), from);
    phi->addIncoming(same, compared);
    return phi;
  }

  // ---- fields
  // -------------------------------------------------------------------------------------------------------------

  Constant* point_fields(const ottl::PathEntry& p) {
    auto* type = struct_of<record::PointField>(module_);
    std::vector<Constant*> entries(4, llvm::ConstantAggregateZero::get(type));
    for (const ottl::FieldPath& f : p.fields)
      entries[point_index(f.message)] =
          struct_value(type, {b_.getInt32(f.inner ? f.number : 0), b_.getInt32(f.inner ? f.inner : f.number),
                              b_.getInt32(static_cast<uint32_t>(how_of(p, f)))});
    auto* array = llvm::ConstantArray::get(llvm::ArrayType::get(type, 4), entries);
    return new llvm::GlobalVariable(module_, array->getType(), true, llvm::GlobalValue::PrivateLinkage, array,
                                    "fields");
  }

  Value* read(const Instruction& i, BasicBlock* failed) {
    const ottl::PathEntry& p = *i.path;
    Value* s = slot();
    Value* f = frame(i.level);
    if (ir::is_attributes(p)) {
      call("rt_get_attributes", b_.getVoidTy(), {run_arg(), f, s});
    } else if (p.form == Form::Schema) {
      call("rt_get_schema", b_.getVoidTy(), {f, s});
    } else if (p.form == Form::Index) {
      checked("rt_get_index", {run_arg(), f, s}, failed);
    } else if (p.form == Form::TraceState && !i.operands.empty()) {
      checked("rt_get_trace_state", {run_arg(), f, memory(i.operands[0]), s}, failed);
    } else if (p.form == Form::Points) {
      call("rt_get_data_points", b_.getVoidTy(), {run_arg(), f, s});
    } else if (p.form == Form::MetricType) {
      call("rt_get_metric_type", b_.getVoidTy(), {f, s});
    } else if (p.form == Form::NumberAsInt || p.form == Form::NumberAsDouble) {
      call("rt_get_number", b_.getVoidTy(), {run_arg(), f, b_.getInt1(p.form == Form::NumberAsDouble), s});
    } else if (p.context == ottl::Context::DataPoint && is_messages(p)) {
      call("rt_get_point_messages", b_.getVoidTy(), {run_arg(), f, point_fields(p), b_.getInt32(message_kind(p)), s});
    } else if (p.context == ottl::Context::DataPoint) {
      call("rt_get_point", b_.getVoidTy(), {run_arg(), f, point_fields(p), s});
    } else if (p.context == ottl::Context::Metric && p.fields[0].inner) {
      call("rt_get_data_field", b_.getVoidTy(),
           {run_arg(), f, b_.getInt32(members_of(p)), b_.getInt32(p.fields[0].inner),
            b_.getInt32(static_cast<uint32_t>(how_of(p, p.fields[0]))), s});
    } else {
      const ottl::FieldPath& field = p.fields[0];
      const record::How how = how_of(p, field);
      const uint32_t message = field.inner ? field.number : 0, number = field.inner ? field.inner : field.number;
      if (how == record::How::Messages)
        call("rt_get_messages", b_.getVoidTy(), {run_arg(), f, b_.getInt32(number), b_.getInt32(message_kind(p)), s});
      else
        call("rt_get", b_.getVoidTy(),
             {run_arg(), f, b_.getInt32(message), b_.getInt32(number), b_.getInt32(static_cast<uint32_t>(how)), s});
    }
    return s;
  }

  void write(const Instruction& i, BasicBlock* failed) {
    const ottl::PathEntry& p = *i.path;
    if (p.ignores_writes) return;
    Value* f = frame(i.level);
    BasicBlock* unchanged = nullptr;
    if (i.operands.size() > 1 && p.form != Form::TraceState) {
      BasicBlock* changed = block("changed");
      unchanged = block("unchanged");
      auto bits = [&](Value* v) { return b_.CreateLoad(i64_, b_.CreateStructGEP(value_, v, 4)); };
      auto size = [&](Value* v) { return b_.CreateLoad(i32_, b_.CreateStructGEP(value_, v, 3)); };
      Value *a = memory(i.operands[0]), *b = memory(i.operands[1]);
      Value* same = b_.CreateAnd(b_.CreateICmpEQ(bits(a), bits(b)), b_.CreateICmpEQ(size(a), size(b)));
      b_.CreateCondBr(same, unchanged, changed);
      b_.SetInsertPoint(changed);
    }
    write_changed(i, f, failed);
    if (!unchanged) return;
    b_.CreateBr(unchanged);
    b_.SetInsertPoint(unchanged);
  }

  void write_changed(const Instruction& i, Value* f, BasicBlock* failed) {
    const ottl::PathEntry& p = *i.path;
    not_nil(i.operands[0], [&] {
      Value* v = memory(i.operands[0]);
      if (p.writes.empty()) {
        call("rt_cannot_write", b_.getVoidTy(), {run_arg()});
        BasicBlock* after = block("after");
        b_.CreateCondBr(b_.getTrue(), failed, after);
        b_.SetInsertPoint(after);
      } else if (ir::is_attributes(p)) {
        checked("rt_set_attributes", {run_arg(), f, v}, failed);
      } else if (p.form == Form::TraceState && i.operands.size() > 1) {
        checked("rt_set_trace_state", {run_arg(), f, memory(i.operands[1]), v}, failed);
      } else if (p.form == Form::Points) {
        checked("rt_set_data_points", {run_arg(), f, v}, failed);
      } else if (p.form == Form::Schema) {
        checked("rt_set_schema", {run_arg(), f, v}, failed);
      } else if (p.form == Form::NumberAsInt || p.form == Form::NumberAsDouble) {
        checked("rt_set_number", {run_arg(), f, b_.getInt1(p.form == Form::NumberAsDouble), v}, failed);
      } else if (p.context == ottl::Context::DataPoint && is_messages(p)) {
        checked("rt_set_point_messages", {run_arg(), f, point_fields(p), b_.getInt32(message_kind(p)), v}, failed);
      } else if (p.context == ottl::Context::DataPoint) {
        checked("rt_set_point", {run_arg(), f, point_fields(p), v}, failed);
      } else if (p.context == ottl::Context::Metric && p.fields[0].inner) {
        checked("rt_set_data_field",
                {run_arg(), f, b_.getInt32(members_of(p)), b_.getInt32(p.fields[0].inner),
                 b_.getInt32(static_cast<uint32_t>(how_of(p, p.fields[0]))), v},
                failed);
      } else {
        const ottl::FieldPath& field = p.fields[0];
        const uint32_t message = field.inner ? field.number : 0, number = field.inner ? field.inner : field.number;
        if (how_of(p, field) == record::How::Messages)
          return checked("rt_set_messages", {run_arg(), f, b_.getInt32(number), b_.getInt32(message_kind(p)), v},
                         failed);
        checked("rt_set",
                {run_arg(), f, b_.getInt32(message), b_.getInt32(number),
                 b_.getInt32(static_cast<uint32_t>(how_of(p, field))), v},
                failed);
      }
    });
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  Constants& constants_;
  const ir::Pass& pass_;
  const std::string setting_;
  llvm::IRBuilder<> b_;
  llvm::Type *pointer_, *i32_, *i64_, *bit_;
  llvm::StructType* value_;
  llvm::Function* function_;
  BasicBlock* entry_;
  Value* frames_[ir::kLevels];
  Value* cache_;
  Value* put_well_ = nullptr;  // of a WithPart whose value has not been written yet
  std::map<ir::ValueId, Known> known_;
  // Inlining what the runtime does into hundreds of statements takes LLVM long, and makes code that no cache holds.
  const bool large_ = instructions_in(pass_) > 1000;
};

// A hash table of keys (record::Keys), with few of them in one bucket.
Constant* keys_constant(llvm::Module& module, Constants& constants, const std::vector<std::string>& keys,
                        const std::string& name) {
  if (keys.empty()) return constants.null_pointer();
  uint32_t bits = 1;
  while ((size_t{1} << bits) < 2 * keys.size()) ++bits;
  const uint32_t shift = 32 - bits;
  auto bucket = [&](const std::string& key, uint32_t multiplier) {
    return record::bucket_of(key.data(), key.size(), multiplier, shift);
  };
  uint32_t best = 0;
  size_t fewest = SIZE_MAX;
  // Odd numbers from the golden ratio on: any would do, most are about as good.
  for (uint32_t m = 0x9E37'79B1, tries = 0; tries < 200 && fewest > 0; ++tries, m += 0x9E37'79B2) {
    std::vector<size_t> filled(size_t{1} << bits);
    size_t shared = 0;
    for (const std::string& k : keys) shared += filled[bucket(k, m | 1)]++;
    if (shared < fewest) fewest = shared, best = m | 1;
  }
  std::vector<uint8_t> first(size_t{1} << bits), next(keys.size());
  std::vector<Constant*> texts;
  uint64_t sizes = 0;
  for (size_t k = 0; k < keys.size(); ++k) {
    sizes |= uint64_t{1} << keys[k].size() % 64;
    uint8_t& head = first[bucket(keys[k], best)];
    next[k] = head;
    head = static_cast<uint8_t>(k + 1);
    texts.push_back(constants.text(keys[k]));
  }
  auto bytes = [&](const std::vector<uint8_t>& list, const char* what) {
    std::vector<Constant*> items;
    for (uint8_t b : list) items.push_back(constants.integer(b, 8));
    return constants.list(llvm::Type::getInt8Ty(module.getContext()), items, name + what);
  };
  auto* type = struct_of<record::Keys>(module);
  auto* value = struct_value(type, {constants.list(constants.str_type(), texts, name), bytes(first, ".first"),
                                    bytes(next, ".next"), constants.integer(best, 32), constants.integer(shift, 32),
                                    constants.integer(sizes, 64)});
  return new llvm::GlobalVariable(module, type, true, llvm::GlobalValue::PrivateLinkage, value, name);
}

}  // namespace

static bool edits(const ir::Pass& pass) {
  bool any = false;
  ir::each_instruction(pass, [&](const Instruction& i) { any |= i.op == Op::Edit; });
  return any;
}

llvm::GlobalVariable* program_constant(llvm::Module& module, Constants& constants, const ir::Program& program,
                                       const std::string& name, const std::string& setting, Constant* next) {
  auto* pass_type = struct_of<record::Pass>(module);
  std::vector<Constant*> passes;
  for (size_t k = 0; k < program.passes.size(); ++k) {
    const ir::Pass& pass = program.passes[k];
    const std::string own = name + "." + std::to_string(k);
    Constant *code = PassCode(module, constants, pass, PassCode::Which::Code, own, setting).run(),
             *outer = constants.null_pointer();
    if (!pass.hoisted.empty())
      outer = PassCode(module, constants, pass, PassCode::Which::Outer, own + ".outer", setting).run_outer();
    uint64_t outer_levels = 0;
    for (const ir::Hoisted& h : pass.hoisted) outer_levels |= 1u << static_cast<uint32_t>(h.level);
    std::vector<Constant*> keys;
    for (size_t level = 0; level < ir::kLevels; ++level)
      keys.push_back(keys_constant(module, constants, pass.keys[level], own + ".keys"));
    auto* keys_type = llvm::ArrayType::get(llvm::PointerType::get(module.getContext(), 0), ir::kLevels);
    passes.push_back(struct_value(
        pass_type, {constants.integer(static_cast<uint64_t>(pass.level), 32), constants.integer(fields_read(pass), 32),
                    constants.integer(attributes_read(pass), 32), constants.integer(levels_written(pass), 32),
                    constants.integer(pass.drops, 8), constants.integer(edits(pass), 8),
                    llvm::ConstantArray::get(keys_type, keys), constants.integer(outer_levels, 32), outer, code}));
  }
  auto* type = struct_of<record::Program>(module);
  auto* value = struct_value(type, {constants.integer(static_cast<uint64_t>(program.signal), 32),
                                    constants.list(pass_type, passes, name + ".passes"), next});
  return new llvm::GlobalVariable(module, type, true, llvm::GlobalValue::PrivateLinkage, value, name);
}

Constant* conditions_constant(llvm::Module& module, Constants& constants, const ir::Program& program,
                              const std::string& name) {
  const ir::Pass& pass = program.passes[0];
  return struct_value(struct_of<record::Conditions>(module),
                      {constants.integer(static_cast<uint64_t>(pass.level), 32),
                       constants.integer(attributes_read(pass), 32),
                       PassCode(module, constants, pass, PassCode::Which::Code, name, "").run()});
}

}  // namespace whittle::lower
