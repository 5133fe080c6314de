// SPDX-License-Identifier: Apache-2.0
// What is wrong with task definitions, in themselves and for the collector that a config becomes.
#pragma once

#include "compiler/aws/roles.h"
#include "compiler/check/config.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whittle::aws::ecs {

struct TaskInputs {
  std::vector<std::string> task_definitions, cloudformation, terraform_plans;  // files
  std::vector<std::string> modules;                                            // of Terraform: folders or files
  std::string container;  // the collector's; "": found by its image, its config and its name
  std::string target;     // "x86_64", "aarch64"; "": not known
  bool compiled = false;  // the collector's image is the one that whittle compiled

  bool empty() const {
    return task_definitions.empty() && cloudformation.empty() && terraform_plans.empty() && modules.empty();
  }
};

// Reads and checks all files. `config` is what the collector was or will be compiled from, `config_bytes` the size of
// its files; without it (null) the checks that compare with it are left out. Roles of templates and plans are held
// against what the config and the containers need. `use` (may be null) becomes what ECS fetches for all tasks together.
// False: a file could not be read.
bool check_task_files(const TaskInputs& inputs, const check::Config* config, uint64_t config_bytes,
                      const RoleOptions& roles, ExecutionUse* use, source::Sources& sources, diag::Diagnostics& diags);

// The collector's `stopTimeout` in these files, the shortest if there are several; what is wrong with them is not said.
// To be asked before the config is checked, whose batches must be done by then.
std::optional<int64_t> stop_timeout(const TaskInputs& inputs);

}  // namespace whittle::aws::ecs
