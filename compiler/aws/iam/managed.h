// SPDX-License-Identifier: Apache-2.0
// Policies that AWS manages and that collectors' roles often have, with the statements that AWS published.
#pragma once

#include <span>
#include <string_view>

namespace whittle::aws::iam {

struct ManagedPolicy {
  std::string_view path;      // behind `:policy/` of the ARN: "service-role/AmazonECSTaskExecutionRolePolicy"
  std::string_view version;   // that was read: "v1, 2017-11-16"
  std::string_view document;  // JSON; empty: too long to be held here, so nothing can be told
};

// All that are known (managed_policies.cc).
std::span<const ManagedPolicy> managed_policies();

// Null for policies that are not known: other AWS policies and those of customers.
const ManagedPolicy* find_managed(std::string_view arn);

}  // namespace whittle::aws::iam
