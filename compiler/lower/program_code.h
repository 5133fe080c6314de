// SPDX-License-Identifier: Apache-2.0
// Record programs (compiler/record) as machine code and constants of runtime/record/program.h.
#pragma once

#include "compiler/lower/constants.h"
#include "compiler/record/ir.h"

namespace whittle::lower {

// The constant ir::Program, its passes' code made beside it. `next` is the Consumer that comes after.
llvm::GlobalVariable* program_constant(llvm::Module& module, Constants& constants, const ir::Program& program,
                                       const std::string& name, const std::string& setting, llvm::Constant* next);

// The constant record::Conditions of a program whose one pass drops what a condition holds for.
llvm::Constant* conditions_constant(llvm::Module& module, Constants& constants, const ir::Program& program,
                                    const std::string& name);

}  // namespace whittle::lower
