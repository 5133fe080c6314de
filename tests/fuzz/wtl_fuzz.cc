// SPDX-License-Identifier: Apache-2.0
// Any bytes as whittle's own language.
#include "compiler/syntax/antlr/wtl_reader.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<whittle::syntax::WtlProblem> problems;
  whittle::syntax::read_wtl(0, text, problems);
  for (const auto& p : problems) {
    if (p.span.begin > p.span.end) std::abort();
  }
  return 0;
}
