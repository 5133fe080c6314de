// SPDX-License-Identifier: Apache-2.0
// Record programs as machine code: one function a condition.
#pragma once

#include "compiler/lower/constants.h"
#include "compiler/plan/record_program.h"

#include <llvm/IR/IRBuilder.h>

namespace whittle::lower {

// A constant RecordProgram (runtime/abi.h) with the functions it points to.
llvm::GlobalVariable* record_program(llvm::Module& module, Constants& constants, const plan::RecordProgram& program,
                                     const std::string& name, const std::string& id);

}  // namespace whittle::lower
