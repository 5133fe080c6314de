// SPDX-License-Identifier: Apache-2.0
// The options of `whittle check` that name policies, and those that say where a task runs.
#pragma once

#include "compiler/aws/iam/check_policies.h"
#include "compiler/report/options.h"

namespace whittle::report {

// Adds --task-role-policy and its relatives.
void add_role_options(std::vector<OptionSpec>& specs);

// Adds --account and --region.
void add_place_options(std::vector<OptionSpec>& specs);

struct RoleInputs {
  aws::iam::PolicyInputs policies;
  aws::RoleOptions options;
  bool fix = false;    // shows what the suggestions would change
  bool write = false;  // and changes it

  bool empty() const { return policies.empty() && options.scps.empty(); }
  std::vector<std::string> files() const;  // all policies that are files
};

// False with a message in `error`.
bool read_role_options(const CommandLine& line, RoleInputs& out, std::string& error);
bool read_place_options(const CommandLine& line, aws::Surroundings& out, std::string& error);

}  // namespace whittle::report
