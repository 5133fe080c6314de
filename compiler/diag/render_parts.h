// SPDX-License-Identifier: Apache-2.0
// The renderers behind render(), one file each.
#pragma once

#include "compiler/diag/render.h"

namespace whittle::diag {

std::string render_text(const Diagnostics& diags, const source::Sources& sources, const RenderOptions& options);
std::string render_json(const Diagnostics& diags, const source::Sources& sources);
std::string render_sarif(const Diagnostics& diags, const source::Sources& sources, std::string_view version);
std::string render_github(const Diagnostics& diags, const source::Sources& sources);

// "error", "warning", "note".
std::string_view severity_name(Severity severity);

}  // namespace whittle::diag
