// SPDX-License-Identifier: Apache-2.0
#include "compiler/backend/backend.h"

#include "compiler/link/link.h"
#include "compiler/lower/lower.h"

#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>

#include <algorithm>
#include <set>

namespace whittle::backend {
namespace {

void initialise() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmPrinter();
  LLVMInitializeAArch64AsmParser();
}

// The archives of what the plan names, then what they stand on.
std::vector<std::string> archives(const plan::Plan& plan, bool replay) {
  std::vector<std::string> names{replay ? "main_replay" : "main_serve"};
  std::set<std::string> components;
  for (auto& stage : plan.stages)
    if (!stage.stateless())
      components.insert(std::string(schema::name_of(stage.component().kind)) + "_" +
                        std::string(stage.component().name));
  names.insert(names.end(), components.begin(), components.end());
  names.insert(names.end(), plan.stand_ins.begin(), plan.stand_ins.end());
  for (const char* name :
       {replay ? "http_replay" : "http_curl", replay ? "inlet_replay" : "inlet_sockets",
        replay ? "files_replay" : "files_disk", "runtime", "regex_compiler", WHITTLE_THIRD_PARTY, "builtins"})
    names.push_back(name);
  return names;
}

// The parts of the runtime that this config needs are reached through weak symbols (runtime/http/transport.h,
// runtime/aws/credentials.h): rt_<part> brings one in.
std::vector<std::string> symbols(const plan::Plan& plan, bool replay) {
  std::vector<std::string> out;
  // In a replay nobody listens, and nobody is called; but roles are taken on.
  for (const std::string& part : plan.parts)
    if (!replay || part == "ask_sts") out.push_back("rt_" + part);
  return out;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void whittle_backend_compile(const plan::Plan& plan,
                                                                               const Options& options, Result& result) {
  initialise();
  const lower::Target* target = lower::find_target(options.target);
  if (!target) {
    result.error = "no target `" + options.target + "`";
    return;
  }
  std::string error;
  const llvm::Target* machine_target = llvm::TargetRegistry::lookupTarget(llvm::Triple(target->triple), error);
  if (!machine_target) {
    result.error = error;
    return;
  }
  std::unique_ptr<llvm::TargetMachine> machine(machine_target->createTargetMachine(
      llvm::Triple(target->triple), target->cpu, target->features, {}, llvm::Reloc::PIC_));
  llvm::LLVMContext context;
  auto module = lower::build_module(context, plan, *target, machine->createDataLayout().getStringRepresentation(),
                                    options.version, plan.config_hash, options.memory);
  llvm::raw_string_ostream said(error);
  if (llvm::verifyModule(*module, &said)) {
    result.error = "whittle made a module that LLVM refuses: " + error;
    return;
  }

  if (options.emit == Product::Ir) {
    llvm::raw_string_ostream out(result.bytes);
    module->print(out, nullptr);
    result.good = true;
    return;
  }
  if (options.emit != Product::Executable) {
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream out(bytes);
    llvm::legacy::PassManager passes;
    auto type = options.emit == Product::Asm ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
    if (machine->addPassesToEmitFile(passes, out, nullptr, type)) {
      result.error = "this target cannot emit that kind of file";
      return;
    }
    passes.run(*module);
    result.bytes.assign(bytes.begin(), bytes.end());
    result.good = true;
    return;
  }

  link::Input input;
  input.target = options.target;
  input.library_dir = options.library_dir;
  input.symbols = symbols(plan, options.replay);
  input.archives = archives(plan, options.replay);
  input.optimise = options.optimise;
  llvm::raw_string_ostream bitcode(input.module_bitcode);
  llvm::WriteBitcodeToFile(*module, bitcode);
  input.say_archives = options.say_archives;
  link::Output output;
  result.good = link::link(input, output, result.error);
  result.bytes = std::move(output.executable);
  result.archives = std::move(output.archives);
  result.pieces = std::move(output.pieces);
}

}  // namespace whittle::backend
