// SPDX-License-Identifier: Apache-2.0
// usage: write_layouts TARGET OUT.o
//
// An object file with one constant of each struct that compiler and runtime share, made as the compiler makes them.
#include "compiler/lower/layout.h"
#include "compiler/lower/lower.h"
#include "tests/targets/shared_layouts.h"

#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <stdio.h>

using namespace whittle;

namespace {

uint64_t fields = 0;

llvm::Constant* filled(llvm::Type* type) {
  if (auto* s = llvm::dyn_cast<llvm::StructType>(type)) {
    std::vector<llvm::Constant*> parts;
    for (llvm::Type* t : s->elements()) parts.push_back(filled(t));
    return lower::struct_value(s, parts);
  }
  if (auto* a = llvm::dyn_cast<llvm::ArrayType>(type)) {
    std::vector<llvm::Constant*> parts;
    for (uint64_t i = 0; i < a->getNumElements(); ++i) parts.push_back(filled(a->getElementType()));
    return llvm::ConstantArray::get(a, parts);
  }
  auto& context = type->getContext();
  const uint64_t value = layouts::value_of_field(++fields);
  auto* bits = llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), value);
  if (type->isPointerTy()) return llvm::ConstantExpr::getIntToPtr(bits, type);
  if (type->isDoubleTy()) return llvm::ConstantFP::get(type, static_cast<double>(value));
  const unsigned width = type->getIntegerBitWidth();  // bytes are bools
  return llvm::ConstantInt::get(type, width == 8 ? value & 1 : value & (UINT64_MAX >> (64 - width)));
}

}  // namespace

int main(int argc, char** argv) {
  const lower::Target* target = argc == 3 ? lower::find_target(argv[1]) : nullptr;
  if (!target) return 2;
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  std::string error;
  const llvm::Triple triple(target->triple);
  const llvm::Target* found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found) return fprintf(stderr, "%s\n", error.c_str()), 1;
  std::unique_ptr<llvm::TargetMachine> machine(
      found->createTargetMachine(triple, target->cpu, target->features, {}, llvm::Reloc::PIC_));
  llvm::LLVMContext context;
  llvm::Module module("layouts", context);
  module.setTargetTriple(triple);
  module.setDataLayout(machine->createDataLayout());
  int number = 0;
  [&]<class... T>(std::type_identity<std::tuple<T...>>) {
    auto one = [&](llvm::Type* type) {
      new llvm::GlobalVariable(module, type, true, llvm::GlobalValue::ExternalLinkage, filled(type),
                               "layout_" + std::to_string(number++));
    };
    (one(lower::layout_of<T>(module)), ...);
  }(std::type_identity<layouts::Shared>{});
  std::error_code code;
  llvm::raw_fd_ostream out(argv[2], code);
  if (code) return fprintf(stderr, "%s: %s\n", argv[2], code.message().c_str()), 1;
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::ObjectFile)) return 1;
  passes.run(module);
  return 0;
}
