// SPDX-License-Identifier: Apache-2.0
// `${env:NAME}` and its relatives in the texts of a config.
#pragma once

#include "compiler/syntax/yaml.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::syntax {

// A reference in a text: `${` to `}`.
struct Reference {
  size_t begin = 0, end = 0;
  std::string_view inside;  // "env:HOST:-localhost"
  bool nested = false;      // within another one
};

struct FoundReference {
  std::optional<Reference> reference;
  bool stopped_by_escape = false;  // `$${` ends the search, as it does in the Collector
  size_t stopped_at = 0;           // behind the escaped reference
};

// The next reference that the Collector would expand, searching from `from`.
FoundReference find_reference(std::string_view text, size_t from);

// A reference that no compiled collector resolves, and some stock Collectors do.
struct Foreign {
  source::Span span;
  std::string scheme;  // where the value comes from, as it is written: "https"; empty: within another reference
};

// Finds the references below `root`, marks late texts, puts in what `${file:...}` and `${yaml:...}` stand for, and says
// what is wrong. Returns the root, which `${...}` at the top may replace.
NodeId resolve_references(Tree& tree, NodeId root, source::Sources& sources, diag::Diagnostics& diags,
                          std::vector<Foreign>& foreign);

}  // namespace whittle::syntax
