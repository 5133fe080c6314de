// SPDX-License-Identifier: Apache-2.0
// JSON within a text of a JSON file, as Terraform plans hold container definitions and policies.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/syntax/yaml.h"

#include <string_view>
#include <vector>

namespace whittle::aws::ecs {

// Reads the text of `node` as JSON into the same tree, with places in the file that the text stands in: each byte's own
// where the text stands there letter by letter with JSON's escapes, else the whole text's. kNoNode with an error at the
// text. `what` names it: "container_definitions".
syntax::NodeId read_embedded(syntax::NodeId node, std::string_view what, source::Sources& sources, syntax::Tree& tree,
                             diag::Diagnostics& diags);

// For each byte of a scalar's text, and for its end, where it is in the scalar as written, behind quotes, escapes and
// the indentation of a block. Empty where that cannot be told.
std::vector<uint32_t> offsets_in(std::string_view written, const std::string& text);

}  // namespace whittle::aws::ecs
