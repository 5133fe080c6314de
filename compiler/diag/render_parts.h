// SPDX-License-Identifier: Apache-2.0
// The renderers behind render(), one file each.
#pragma once

#include "compiler/diag/render.h"

namespace whittle::diag {

std::string render_text(std::span<const Findings> findings, const RenderOptions& options);
std::string render_json(std::span<const Findings> findings);
std::string render_sarif(std::span<const Findings> findings, std::string_view version);
std::string render_github(std::span<const Findings> findings);

// "1 error", "3 errors".
std::string counted(size_t n, const char* what);

// "1000 configs checked: 2 with errors, 5 with warnings"; nothing for a single config.
std::string summary(std::span<const Findings> findings);

// "error", "warning", "note".
std::string_view severity_name(Severity severity);

}  // namespace whittle::diag
