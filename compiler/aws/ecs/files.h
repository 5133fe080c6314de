// SPDX-License-Identifier: Apache-2.0
// The files that task definitions are found in, each read into the task model.
#pragma once

#include "compiler/aws/ecs/task.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"
#include "compiler/syntax/yaml.h"

#include <string>

namespace whittle::aws::ecs {

// What all readers need. Nodes of every file go into one tree.
struct Reading {
  syntax::Tree& tree;
  source::Sources& sources;
  diag::Diagnostics& diags;
  const Surroundings& surroundings;
  bool unreadable = false;  // a file could not be read at all
};

// A task definition as the CLI takes it and prints it: {"taskDefinition": {...}} too.
TaskFile read_task_definition(const std::string& path, Reading& reading);

// A template with its task definitions, services, roles and policies, tied to each other.
TaskFile read_cloudformation(const std::string& path, Reading& reading);

// The same of what `terraform show -json` prints of a plan or a state.
TaskFile read_terraform(const std::string& path, Reading& reading);

}  // namespace whittle::aws::ecs
