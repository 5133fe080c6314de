// SPDX-License-Identifier: Apache-2.0
// From the plan to an LLVM module: the constants of the config, the record programs, and the wiring as direct calls.
//
// The module defines `whittle_program` (runtime/abi.h) and refers to the runtime halves of the components that the plan
// names, and to nothing else: which archive members the linker takes follows from that.
#pragma once

#include "compiler/plan/plan.h"

#include <llvm/IR/Module.h>

#include <memory>
#include <string>

namespace whittle::lower {

struct Target {
  std::string name;  // "x86_64", "aarch64"
  std::string triple;
  std::string cpu;
  std::string features;  // as LLVM writes them, for the function attributes
};

// Null when there is no such target.
const Target* find_target(std::string_view name);

// The module for `plan`. `version` is whittle's own; `layout` the data layout of the target; `memory` what becomes
// `whittle_memory` (runtime/base/budget.h).
std::unique_ptr<llvm::Module> build_module(llvm::LLVMContext& context, const plan::Plan& plan, const Target& target,
                                           const std::string& layout, const std::string& version,
                                           const std::string& config_hash, uint64_t memory);

}  // namespace whittle::lower
