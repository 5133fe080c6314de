// SPDX-License-Identifier: Apache-2.0
// Diagnostics as text for people, JSON for tools, SARIF 2.1.0 for code scanning, and workflow commands for GitHub.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <string>

namespace whittle::diag {

enum class Format : uint8_t { Text, Json, Sarif, Github };

struct RenderOptions {
  Format format = Format::Text;
  bool colours = false;        // Text only
  size_t most = 100;           // Text: so many are shown, and a line says how many more there are
  std::string_view version{};  // of whittle, for SARIF
};

// All of `diags` in their order. Text ends with a line that counts, unless there is nothing to say.
std::string render(const Diagnostics& diags, const source::Sources& sources, const RenderOptions& options);

// A JSON string with its quotes.
std::string json_quote(std::string_view text);

}  // namespace whittle::diag
