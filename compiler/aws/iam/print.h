// SPDX-License-Identifier: Apache-2.0
// Roles as a user's tools take them: JSON for the AWS CLI, Terraform, CloudFormation, CDK.
#pragma once

#include "compiler/aws/iam/grant.h"

#include <string>
#include <vector>

namespace whittle::aws::iam {

struct PrintedRole {
  enum class Kind : uint8_t { Task, Execution, Assumed };
  Kind kind = Kind::Task;
  std::string arn;  // Assumed: the role that the task role takes on, or "*"
  std::vector<Grant> grants;
};

struct PrintOptions {
  Surroundings surroundings;
  std::string config;              // the config's name, for comments
  std::string name = "collector";  // of the container: roles are named for it
};

// One role alone is its policy document; several are an object, role by role, with their trust policies.
std::string print_json(const std::vector<PrintedRole>& roles, const PrintOptions& options);
std::string print_terraform(const std::vector<PrintedRole>& roles, const PrintOptions& options);
std::string print_cloudformation(const std::vector<PrintedRole>& roles, const PrintOptions& options);
std::string print_cdk(const std::vector<PrintedRole>& roles, const PrintOptions& options);

}  // namespace whittle::aws::iam
