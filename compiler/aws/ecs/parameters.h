// SPDX-License-Identifier: Apache-2.0
// The parameters of RegisterTaskDefinition: their names, types, values and bounds, as a table (ECS API reference). What
// ECS would refuse by its model alone is said from here; what hangs on more than one parameter is in the checks.
#pragma once

#include "compiler/aws/ecs/read_task.h"

namespace whittle::aws::ecs {

// Checks all below `node`, a task definition, or below a list of container definitions.
void check_task_parameters(const syntax::Tree& tree, syntax::NodeId node, Style style, diag::Diagnostics& diags);
void check_container_parameters(const syntax::Tree& tree, syntax::NodeId list, Style style, diag::Diagnostics& diags);

// The name of a parameter as the style spells it: "EFSVolumeConfiguration" for "efsVolumeConfiguration" in a template.
std::string spelt(std::string_view name, Style style);

// Whether a family, a container or a volume can be called so: up to 255 letters, digits, `_` and `-`.
bool is_ecs_name(std::string_view text);

}  // namespace whittle::aws::ecs
