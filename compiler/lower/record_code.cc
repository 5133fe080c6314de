// SPDX-License-Identifier: Apache-2.0
// Conditions become straight-line code with short circuits. A comparison with a set of texts switches on the length
// first, then compares whole texts of that length: constant-size comparisons, which LLVM turns into a few loads and no
// call.
#include "compiler/lower/record_code.h"

#include <map>

namespace whittle::lower {
namespace {

using llvm::BasicBlock;
using llvm::Value;
using plan::Expression;

class Condition {
public:
  Condition(llvm::Module& module, Constants& constants, const plan::RecordProgram& program, const std::string& name)
      : module_(module), context_(module.getContext()), constants_(constants), b_(context_) {
    pointer_ = llvm::PointerType::get(context_, 0);
    i64_ = b_.getInt64Ty();
    slot_ = llvm::StructType::get(context_, {b_.getInt32Ty(), i64_, pointer_, i64_});
    auto* type = llvm::FunctionType::get(b_.getInt1Ty(), {pointer_, pointer_}, false);
    function_ = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, name, module);
    function_->addRetAttr(llvm::Attribute::ZExt);
    b_.SetInsertPoint(BasicBlock::Create(context_, "entry", function_));
    text_out_ = b_.CreateAlloca(constants.str_type());
    (void)program;
  }

  llvm::Function* finish(const Expression& e) {
    b_.CreateRet(condition(e));
    return function_;
  }

private:
  BasicBlock* block(const char* name) { return BasicBlock::Create(context_, name, function_); }

  Value* field(plan::SlotId slot, unsigned index, llvm::Type* type) {
    Value* address = b_.CreateInBoundsGEP(slot_, function_->getArg(0), {b_.getInt64(slot), b_.getInt32(index)});
    return b_.CreateLoad(type, address);
  }
  Value* kind(plan::SlotId slot) { return field(slot, 0, b_.getInt32Ty()); }
  Value* kind_is(plan::SlotId slot, uint32_t k) { return b_.CreateICmpEQ(kind(slot), b_.getInt32(k)); }

  enum SlotKind : uint32_t { Absent, String, Bool, Int, Double };

  Value* condition(const Expression& e) {
    switch (e.op) {
    case Expression::Op::Constant: return b_.getInt1(e.boolean);
    case Expression::Op::Not: return b_.CreateNot(condition(*e.operands[0]));
    case Expression::Op::And: return chain(e, false);
    case Expression::Op::Or: return chain(e, true);
    case Expression::Op::Present: return b_.CreateICmpNE(kind(e.slot), b_.getInt32(Absent));
    case Expression::Op::Equal: return equal(e);
    case Expression::Op::OneOf: return on_text(e, [&](Value* data, Value* size) { return one_of(e, data, size); });
    case Expression::Op::Match: return on_text(e, [&](Value* data, Value* size) { return match(e, data, size); });
    case Expression::Op::AtLeast: {
      Value* number = b_.CreateSelect(kind_is(e.slot, Int), field(e.slot, 1, i64_), b_.getInt64(0));
      return b_.CreateICmpSGE(number, b_.getInt64(static_cast<uint64_t>(e.integer)));
    }
    }
    return b_.getFalse();
  }

  // And, Or: the operands in order, until one decides.
  Value* chain(const Expression& e, bool decides) {
    BasicBlock* done = block(decides ? "or" : "and");
    std::vector<std::pair<Value*, BasicBlock*>> results;
    for (size_t i = 0; i < e.operands.size(); ++i) {
      Value* v = condition(*e.operands[i]);
      if (i + 1 == e.operands.size()) {
        results.push_back({v, b_.GetInsertBlock()});
        b_.CreateBr(done);
        break;
      }
      BasicBlock* next = block("next");
      results.push_back({b_.getInt1(decides), b_.GetInsertBlock()});
      decides ? b_.CreateCondBr(v, done, next) : b_.CreateCondBr(v, next, done);
      b_.SetInsertPoint(next);
    }
    b_.SetInsertPoint(done);
    return joined(results);
  }

  Value* joined(const std::vector<std::pair<Value*, BasicBlock*>>& results) {
    auto* phi = b_.CreatePHI(b_.getInt1Ty(), static_cast<unsigned>(results.size()));
    for (auto& [v, from] : results) phi->addIncoming(v, from);
    return phi;
  }

  // `test` where the condition holds, false elsewhere.
  template <class F>
  Value* guarded(Value* holds, F test) {
    BasicBlock *inside = block("then"), *done = block("done"), *from = b_.GetInsertBlock();
    b_.CreateCondBr(holds, inside, done);
    b_.SetInsertPoint(inside);
    Value* v = test();
    std::vector<std::pair<Value*, BasicBlock*>> results{{b_.getFalse(), from}, {v, b_.GetInsertBlock()}};
    b_.CreateBr(done);
    b_.SetInsertPoint(done);
    return joined(results);
  }

  Value* equal(const Expression& e) {
    if (auto* text = std::get_if<std::string>(&e.value))
      return guarded(kind_is(e.slot, String),
                     [&] { return same(field(e.slot, 2, pointer_), field(e.slot, 3, i64_), {*text}); });
    uint32_t kind = std::holds_alternative<bool>(e.value)      ? Bool
                    : std::holds_alternative<int64_t>(e.value) ? Int
                                                               : Double;
    return guarded(kind_is(e.slot, kind), [&]() -> Value* {
      Value* bits = field(e.slot, 1, i64_);
      if (auto* d = std::get_if<double>(&e.value))
        return b_.CreateFCmpOEQ(b_.CreateBitCast(bits, b_.getDoubleTy()), llvm::ConstantFP::get(b_.getDoubleTy(), *d));
      uint64_t wanted = kind == Bool ? std::get<bool>(e.value) : static_cast<uint64_t>(std::get<int64_t>(e.value));
      return b_.CreateICmpEQ(bits, b_.getInt64(wanted));
    });
  }

  // The slot's text: taken as it stands where it is a string, made by the runtime otherwise.
  template <class F>
  Value* on_text(const Expression& e, F test) {
    BasicBlock *direct = block("string"), *made = block("convert"), *use = block("text"), *done = block("done");
    b_.CreateCondBr(e.text_of == Expression::TextOf::SpanKind ? static_cast<Value*>(b_.getFalse())
                                                              : kind_is(e.slot, String),
                    direct, made);
    b_.SetInsertPoint(direct);
    Value *data = field(e.slot, 2, pointer_), *size = field(e.slot, 3, i64_);
    b_.CreateBr(use);
    b_.SetInsertPoint(made);
    auto* type =
        llvm::FunctionType::get(b_.getInt1Ty(), {pointer_, b_.getInt32Ty(), pointer_, pointer_, pointer_}, false);
    auto callee = module_.getOrInsertFunction("rt_slot_text", type);
    llvm::cast<llvm::Function>(callee.getCallee())->addRetAttr(llvm::Attribute::ZExt);
    Value* slot = b_.CreateInBoundsGEP(slot_, function_->getArg(0), {b_.getInt64(e.slot)});
    auto* missing = new llvm::GlobalVariable(module_, constants_.str_type(), true, llvm::GlobalValue::PrivateLinkage,
                                             constants_.text(e.missing));
    Value* has = b_.CreateCall(
        callee, {slot, b_.getInt32(static_cast<uint32_t>(e.text_of)), missing, function_->getArg(1), text_out_});
    Value* made_data = b_.CreateLoad(pointer_, b_.CreateStructGEP(constants_.str_type(), text_out_, 0));
    Value* made_size = b_.CreateLoad(i64_, b_.CreateStructGEP(constants_.str_type(), text_out_, 1));
    b_.CreateCondBr(has, use, done);
    b_.SetInsertPoint(use);
    auto* any_data = b_.CreatePHI(pointer_, 2);
    any_data->addIncoming(data, direct);
    any_data->addIncoming(made_data, made);
    auto* any_size = b_.CreatePHI(i64_, 2);
    any_size->addIncoming(size, direct);
    any_size->addIncoming(made_size, made);
    Value* v = test(any_data, any_size);
    std::vector<std::pair<Value*, BasicBlock*>> results{{b_.getFalse(), made}, {v, b_.GetInsertBlock()}};
    b_.CreateBr(done);
    b_.SetInsertPoint(done);
    return joined(results);
  }

  Value* one_of(const Expression& e, Value* data, Value* size) { return same(data, size, e.texts); }

  Value* same(Value* data, Value* size, const std::vector<std::string>& texts) {
    std::map<size_t, std::vector<const std::string*>> by_length;
    for (auto& t : texts) by_length[t.size()].push_back(&t);
    BasicBlock *done = block("compared"), *from = b_.GetInsertBlock();
    auto* sw = b_.CreateSwitch(size, done, static_cast<unsigned>(by_length.size()));
    std::vector<std::pair<Value*, BasicBlock*>> results{{b_.getFalse(), from}};
    auto compare = module_.getOrInsertFunction(
        "bcmp", llvm::FunctionType::get(b_.getInt32Ty(), {pointer_, pointer_, i64_}, false));
    for (auto& [length, list] : by_length) {
      BasicBlock* at = block("length");
      sw->addCase(b_.getInt64(length), at);
      b_.SetInsertPoint(at);
      if (length == 0) {
        results.push_back({b_.getTrue(), at});
        b_.CreateBr(done);
        continue;
      }
      for (size_t i = 0; i < list.size(); ++i) {
        Value* wanted = llvm::cast<llvm::ConstantStruct>(constants_.text(*list[i]))->getOperand(0);
        Value* equal = b_.CreateICmpEQ(b_.CreateCall(compare, {data, wanted, b_.getInt64(length)}), b_.getInt32(0));
        if (i + 1 == list.size()) {
          results.push_back({equal, b_.GetInsertBlock()});
          b_.CreateBr(done);
        } else {
          BasicBlock* next = block("next");
          results.push_back({b_.getTrue(), b_.GetInsertBlock()});
          b_.CreateCondBr(equal, done, next);
          b_.SetInsertPoint(next);
        }
      }
    }
    b_.SetInsertPoint(done);
    return joined(results);
  }

  Value* match(const Expression& e, Value* data, Value* size) {
    auto* type = llvm::FunctionType::get(b_.getInt1Ty(), {pointer_, pointer_, i64_}, false);
    auto callee = module_.getOrInsertFunction("rt_regex_match", type);
    llvm::cast<llvm::Function>(callee.getCallee())->addRetAttr(llvm::Attribute::ZExt);
    BasicBlock* done = block("matched");
    std::vector<std::pair<Value*, BasicBlock*>> results;
    for (size_t i = 0; i < e.patterns.size(); ++i) {
      auto* tables = new llvm::GlobalVariable(module_, constants_.regex_type(), true, llvm::GlobalValue::PrivateLinkage,
                                              constants_.regex(e.patterns[i]), "pattern");
      Value* v = b_.CreateCall(callee, {tables, data, size});
      if (i + 1 == e.patterns.size()) {
        results.push_back({v, b_.GetInsertBlock()});
        b_.CreateBr(done);
      } else {
        BasicBlock* next = block("next");
        results.push_back({b_.getTrue(), b_.GetInsertBlock()});
        b_.CreateCondBr(v, done, next);
        b_.SetInsertPoint(next);
      }
    }
    if (e.patterns.empty()) {
      results.push_back({b_.getFalse(), b_.GetInsertBlock()});
      b_.CreateBr(done);
    }
    b_.SetInsertPoint(done);
    return joined(results);
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  Constants& constants_;
  llvm::IRBuilder<> b_;
  llvm::Type *pointer_, *i64_;
  llvm::StructType* slot_;
  llvm::Function* function_;
  Value* text_out_;
};

}  // namespace

llvm::GlobalVariable* record_program(llvm::Module& module, Constants& constants, const plan::RecordProgram& program,
                                     const std::string& name, const std::string& id) {
  auto& context = module.getContext();
  auto* pointer = llvm::PointerType::get(context, 0);
  auto* i32 = llvm::Type::getInt32Ty(context);
  auto* spec = llvm::StructType::get(context, {i32, i32, i32, constants.str_type()});
  std::vector<llvm::Constant*> slots;
  for (auto& slot : program.slots)
    slots.push_back(llvm::ConstantStruct::get(
        spec, {constants.integer(static_cast<uint64_t>(slot.place), 32), constants.integer(slot.field, 32),
               constants.integer(static_cast<uint64_t>(slot.form), 32), constants.text(slot.key)}));
  auto function = [&](const plan::ExpressionPtr& e, const char* what) -> llvm::Constant* {
    if (!e) return constants.null_pointer();
    return Condition(module, constants, program, name + what).finish(*e);
  };
  auto* type = llvm::StructType::get(context, {i32, constants.list_type(), pointer, pointer, constants.str_type()});
  auto* value = llvm::ConstantStruct::get(type, {constants.integer(static_cast<uint64_t>(program.signal), 32),
                                                 constants.list(spec, slots, name + ".slots"),
                                                 function(program.drop_resource, ".drop_resource"),
                                                 function(program.drop_record, ".drop_record"), constants.text(id)});
  return new llvm::GlobalVariable(module, type, true, llvm::GlobalValue::PrivateLinkage, value, name);
}

}  // namespace whittle::lower
