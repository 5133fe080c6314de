// SPDX-License-Identifier: Apache-2.0
// Any bytes as a config: checked, rendered in every format, never a crash. References to files are not followed, so
// that a run depends on its input alone.
#include "compiler/check/front_end.h"
#include "compiler/diag/render.h"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("file:") != std::string::npos) return 0;
  whittle::check::CheckResult result = whittle::check::check_text("c.yaml", text, {});
  for (auto format : {whittle::diag::Format::Text, whittle::diag::Format::Json, whittle::diag::Format::Sarif,
                      whittle::diag::Format::Github}) {
    whittle::diag::RenderOptions options;
    options.format = format;
    options.colours = size % 2 == 0;
    if (whittle::diag::render(result.diagnostics, *result.sources, options).empty() && result.diagnostics.has_errors())
      std::abort();
  }
  if (result.config.has_value() == result.diagnostics.has_errors()) std::abort();
  return 0;
}
