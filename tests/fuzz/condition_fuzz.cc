// SPDX-License-Identifier: Apache-2.0
// Any bytes as a condition, in any context.
#include "compiler/ottl/condition.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  auto context = static_cast<whittle::ottl::Context>(data[0] % 7);
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto problem = whittle::ottl::check_condition(text, context, (data[0] & 8) != 0);
  if (problem && (problem->begin > problem->end || problem->end > text.size())) std::abort();
  return 0;
}
