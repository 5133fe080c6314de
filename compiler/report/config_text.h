// SPDX-License-Identifier: Apache-2.0
// Trees and checked configs as YAML again.
#pragma once

#include "compiler/check/config.h"
#include "compiler/syntax/yaml.h"

#include <string>

namespace whittle::report {

// A tree as it was merged, in block style, that reads as the same tree: references are as they were written.
std::string yaml_of(const syntax::Tree& tree, syntax::NodeId root);

// A checked config with every default filled in. What is a secret is not printed.
std::string yaml_of(const check::Config& config);

// A text as a YAML scalar that is read as that text.
std::string yaml_scalar(std::string_view text);

}  // namespace whittle::report
