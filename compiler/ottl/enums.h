// SPDX-License-Identifier: Apache-2.0
// Numbers with names, such as SPAN_KIND_SERVER, by the context that knows them.
#pragma once

#include "compiler/ottl/paths.h"

namespace whittle::ottl {

struct EnumEntry {
  std::string_view name;
  int64_t value;
};

// Those that `context` knows; none for resource, scope and exemplar.
std::span<const EnumEntry> enums_of(Context context);
const EnumEntry* find_enum(Context context, std::string_view name);

}  // namespace whittle::ottl
