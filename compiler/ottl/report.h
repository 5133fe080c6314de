// SPDX-License-Identifier: Apache-2.0
// From problems in places of a statement to diagnostics in places of a config.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/ottl/dialects.h"
#include "compiler/ottl/problem.h"
#include "compiler/source/sources.h"

#include <span>

namespace whittle::ottl {

// A text of a config: where its scalar stands, and what it means.
struct Source {
  source::Span span;
  std::string_view text;
};

// Whether it is about a function that `version` has and the tables here have not.
bool is_newer(const Problem& problem, const Source& source, uint16_t version);

// `version` is the one that is meant, and nothing is said of what is about others.
void report(const Problem& problem, const Source& source, const source::Sources& sources, diag::Diagnostics& diags,
            uint16_t version = kOwnVersion);

}  // namespace whittle::ottl
