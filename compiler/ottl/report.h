// SPDX-License-Identifier: Apache-2.0
// From problems in places of a statement to diagnostics in places of a config.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/ottl/problem.h"
#include "compiler/source/sources.h"

#include <span>

namespace whittle::ottl {

// A text of a config: where its scalar stands, and what it means.
struct Source {
  source::Span span;
  std::string_view text;
};

void report(const Problem& problem, const Source& source, const source::Sources& sources, diag::Diagnostics& diags);

}  // namespace whittle::ottl
