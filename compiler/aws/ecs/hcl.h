// SPDX-License-Identifier: Apache-2.0
// Terraform's own language, as far as task definitions and roles are written in it (HCL native syntax specification): a
// module's files become the tree that a plan would be, without running Terraform.
//
// Literals, templates, lists, objects, `for`, splats, locals, variables with defaults, conditions and a few functions
// are evaluated, `count` and `for_each` make as many copies as their values say, and modules that are folders beside
// this one are read with what they are given. Files that `file` and `templatefile` name within the module's
// folder are read. Anything else is unknown (kUnknownPart), and so is what hangs on it.
// Nothing is fetched or run.
#pragma once

#include "compiler/aws/ecs/files.h"

#include <string>
#include <vector>

namespace whittle::aws::ecs {

// The tree of a plan (`planned_values`, `configuration`) made from the texts of one module; kNoNode with errors.
// Values keep their places. What jsonencode() would make a text of stays a value.
// `folder` is where modules that it calls are searched; empty: they are not read.
syntax::NodeId read_hcl(const std::vector<source::FileId>& files, Reading& reading, const std::string& folder = {});

}  // namespace whittle::aws::ecs
