// SPDX-License-Identifier: Apache-2.0
// LLVM types of the structs in the headers that compiler and runtime share (runtime/abi.h, runtime/record/program.h),
// made from the C++ definitions themselves: a structured binding takes a struct apart into its fields, and each field's
// type says its LLVM type. Both targets are LP64 and little-endian as the machines that compile are, so sizes and
// alignments have to agree with the target's data layout; that is checked whenever a type is made.
#pragma once

#include "runtime/abi.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/ErrorHandling.h>

#include <tuple>
#include <type_traits>
#include <vector>

namespace whittle::lower {

namespace layout {

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc++26-extensions"
// The types of an aggregate's fields in order; only its type is looked at.
template <class T>
auto fields_of(T& aggregate) {
  auto& [... fields] = aggregate;
  return std::type_identity<std::tuple<decltype(fields)...>>{};
}
#pragma clang diagnostic pop

template <class T>
using Fields = decltype(fields_of(std::declval<T&>()))::type;

}  // namespace layout

// The type of a `T`: a fixed-width scalar, an enum, a pointer, an array or a struct of those. A bool is a byte. Structs
// are literal types, so equal layouts are one type. Aborts when the module's data layout gives it another size or
// alignment than C++ does.
template <class T>
llvm::Type* layout_of(llvm::Module& module) {
  auto& context = module.getContext();
  if constexpr (std::is_pointer_v<T>) {
    return llvm::PointerType::get(context, 0);
  } else if constexpr (std::is_same_v<T, double>) {
    return llvm::Type::getDoubleTy(context);
  } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    return llvm::Type::getIntNTy(context, 8 * sizeof(T));
  } else if constexpr (std::is_array_v<T>) {
    return llvm::ArrayType::get(layout_of<std::remove_extent_t<T>>(module), std::extent_v<T>);
  } else {
    static_assert(std::is_aggregate_v<T> && std::is_standard_layout_v<T>);
    std::vector<llvm::Type*> fields;
    [&]<class... F>(std::type_identity<std::tuple<F...>>) {
      (fields.push_back(layout_of<std::remove_const_t<F>>(module)), ...);
    }(std::type_identity<layout::Fields<T>>{});
    auto* type = llvm::StructType::get(context, fields);
    auto& data = module.getDataLayout();
    if (data.getTypeAllocSize(type) != sizeof(T) || data.getABITypeAlign(type).value() != alignof(T))
      llvm::report_fatal_error("the target lays out a shared struct as this machine does not");
    return type;
  }
}

template <class T>
llvm::StructType* struct_of(llvm::Module& module) {
  return llvm::cast<llvm::StructType>(layout_of<T>(module));
}

// A value of a struct. Aborts when the fields are not as many as the struct has, or one is of another type, which the
// release build of LLVM would let through to the back end.
inline llvm::Constant* struct_value(llvm::StructType* type, llvm::ArrayRef<llvm::Constant*> fields) {
  bool fits = fields.size() == type->getNumElements();
  for (unsigned i = 0; fits && i < fields.size(); ++i) fits = fields[i]->getType() == type->getElementType(i);
  if (!fits) llvm::report_fatal_error("the fields of a constant are not those of its struct");
  return llvm::ConstantStruct::get(type, fields);
}

}  // namespace whittle::lower
