// SPDX-License-Identifier: Apache-2.0
// Diagnostics as text for people, JSON for tools, SARIF 2.1.0 for code scanning, and workflow commands for GitHub.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <span>
#include <string>

namespace whittle::diag {

enum class Format : uint8_t { Text, Json, Sarif, Github };

struct RenderOptions {
  Format format = Format::Text;
  bool colours = false;        // Text only
  size_t most = 100;           // Text: so many are shown, and a line says how many more there are
  std::string_view version{};  // of whittle, for SARIF
};

// What was found in one config, with the texts it points into.
struct Findings {
  const Diagnostics* diagnostics;
  const source::Sources* sources;
};

// Those of several configs as one text, in their order; one SARIF run, one JSON object. Text and GitHub end with a line
// that says how many configs were checked and how many have errors or warnings.
std::string render(std::span<const Findings> findings, const RenderOptions& options);

// All of `diags` in their order. Text ends with a line that counts, unless there is nothing to say.
std::string render(const Diagnostics& diags, const source::Sources& sources, const RenderOptions& options);

}  // namespace whittle::diag
