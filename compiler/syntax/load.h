// SPDX-License-Identifier: Apache-2.0
// From the names of config files to one tree: read, checked for bytes that no config holds, parsed, merged as the
// Collector merges several `--config`, and its references found.
#pragma once

#include "compiler/syntax/references.h"
#include "compiler/syntax/yaml.h"

#include <span>
#include <string>
#include <vector>

namespace whittle::syntax {

struct Loaded {
  Tree tree;
  NodeId root = kNoNode;         // a Mapping, or kNoNode with errors
  std::vector<Foreign> foreign;  // references that are left to whoever runs the config
  bool unreadable = false;       // a file could not be read at all: the command could not run
};

// Reads `files` in order; later ones win. "-" is standard input, "yaml:..." is YAML itself, "file:..." is a file. The
// environment is not looked at.
Loaded load_config(const std::vector<std::string>& files, source::Sources& sources, diag::Diagnostics& diags);

// The same for one text under a name.
Loaded load_text(std::string name, std::string text, source::Sources& sources, diag::Diagnostics& diags);

// The same for texts that are sources already.
Loaded load_sources(std::span<const source::FileId> files, source::Sources& sources, diag::Diagnostics& diags);

// Says what no text holds: zero bytes, control characters, bytes that are not UTF-8. False: do not parse.
bool check_bytes(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags);

// Lays `over` over `under` and returns the result: maps join, key by key; everything else is replaced.
NodeId merge(Tree& tree, NodeId under, NodeId over);

}  // namespace whittle::syntax
