// SPDX-License-Identifier: Apache-2.0
// Policies as files of their own, held against a config: `whittle check CONFIG --task-role-policy FILE`.
#pragma once

#include "compiler/aws/roles.h"
#include "compiler/check/config.h"

#include <string>
#include <utility>
#include <vector>

namespace whittle::aws::iam {

// Files, or ARNs of managed policies in place of files.
struct PolicyInputs {
  std::vector<std::string> task_policies, execution_policies, boundaries;
  // Of roles that the task role takes on (`role_arn`): the role's ARN, or nothing for each of them, and the file.
  std::vector<std::pair<std::string, std::string>> assumed_policies;
  std::vector<std::pair<std::string, std::string>> assumed_trusts;  // likewise
  std::string task_trust, execution_trust;

  bool empty() const {
    return task_policies.empty() && assumed_policies.empty() && assumed_trusts.empty() && execution_policies.empty() &&
           boundaries.empty() && task_trust.empty() && execution_trust.empty();
  }
};

// Reads the files into `sources` and tells what is wrong with them, what they lack and what they allow for nothing.
// `config` is null when nothing is known of it: then only the policies themselves are checked. `use` is null when no
// task definition is given: then the execution role's needs are guesses, and only what no task needs is told. False: a
// file could not be read, which `diags` say.
bool check_policy_files(const PolicyInputs& inputs, const check::Config* config, const ExecutionUse* use,
                        const RoleOptions& options, source::Sources& sources, diag::Diagnostics& diags);

}  // namespace whittle::aws::iam
