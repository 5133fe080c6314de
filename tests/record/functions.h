// SPDX-License-Identifier: Apache-2.0
// The runtime's functions that programs call, by the names under which machine code finds them (generated table).
#pragma once

#include "runtime/ottl/value.h"
#include "runtime/record/program.h"

#include <string_view>

namespace whittle {

using EditCode = bool (*)(ottl::Run* run, record::Frame* const* frames, const ottl::Value* args);

// Null when there is none.
ottl::FunctionCode function_code(std::string_view symbol);
EditCode edit_code(std::string_view symbol);

}  // namespace whittle
