// SPDX-License-Identifier: Apache-2.0
// Values of a config as LLVM constants, in the C layout of the structs that declc generates and of runtime/abi.h.
#pragma once

#include "compiler/check/config.h"
#include "compiler/regex/dfa.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>

#include <map>
#include <string>
#include <vector>

namespace whittle::lower {

class Constants {
public:
  explicit Constants(llvm::Module& module);

  // A late-bound value: the address of its slot and what goes there.
  struct Late {
    llvm::Constant* slot;
    const check::Value* value;
    std::string setting;  // "exporters::awsxray::region"
  };

  llvm::Type* type_of(const schema::Type& type);

  // A global that holds `value`. Constant unless part of it is late-bound. `setting` is its path for messages.
  llvm::GlobalVariable* global(const check::Value& value, const std::string& name, const std::string& setting);

  llvm::Constant* text(std::string_view text);  // Str
  llvm::Constant* regex(const regex::Tables& tables);
  // List<T> of elements of one type.
  llvm::Constant* list(llvm::Type* element, const std::vector<llvm::Constant*>& items, const std::string& name);
  llvm::Constant* integer(uint64_t value, unsigned bits);
  llvm::Constant* null_pointer();

  llvm::StructType* str_type() const { return str_; }
  llvm::StructType* regex_type() const { return regex_; }
  llvm::StructType* list_type() const { return list_; }

  std::vector<Late> late;
  // Lists of conditions, which stand as a record::Conditions each.
  std::map<const check::Value*, llvm::Constant*> conditions;

private:
  struct Pending {
    std::vector<uint64_t> path;
    const check::Value* value;
    std::string setting;
  };
  llvm::Constant* value(const check::Value& v, const std::string& setting, std::vector<uint64_t>& path,
                        std::vector<Pending>& pending);
  llvm::GlobalVariable* place(llvm::Constant* initial, const std::string& name, const std::vector<Pending>& pending);
  llvm::GlobalVariable* bytes(std::string_view data, unsigned alignment);

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  llvm::StructType *str_, *list_, *regex_, *any_, *instruction_, *conditions_;
  std::map<const schema::Struct*, llvm::StructType*> structs_;
  std::map<std::string, llvm::GlobalVariable*, std::less<>> texts_;
};

}  // namespace whittle::lower
