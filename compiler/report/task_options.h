// SPDX-License-Identifier: Apache-2.0
// The options of `whittle check` that name task definitions, templates and plans.
#pragma once

#include "compiler/aws/ecs/check_task.h"
#include "compiler/report/options.h"

namespace whittle::report {

// Adds --task-definition and its relatives.
void add_task_options(std::vector<OptionSpec>& specs);

// False with a message in `error`.
bool read_task_options(const CommandLine& line, aws::ecs::TaskInputs& out, std::string& error);

}  // namespace whittle::report
