// SPDX-License-Identifier: Apache-2.0
// What paths, functions and enum names there are in each context.
#pragma once

#include "compiler/ottl/condition.h"

namespace whittle::ottl {

struct PathEntry {
  std::string_view name;                      // first segment
  std::span<const std::string_view> below{};  // what may follow after a dot; empty: nothing may
  bool keys = false;                          // `["key"]` may follow
};

// The paths of a context, without its name.
std::span<const PathEntry> paths_of(Context context);

// Contexts whose paths may be reached from `context`, itself included.
std::span<const Context> reachable_from(Context context);

struct Function {
  std::string_view name;
  uint8_t least, most;  // arguments
  std::span<const std::string_view> parameters;
};

// Converters of conditions in that context.
const Function* find_function(std::string_view name, Context context);
std::span<const std::string_view> function_names();

// Numbers with names, such as SPAN_KIND_SERVER.
std::span<const std::string_view> enum_names(Context context);

}  // namespace whittle::ottl
