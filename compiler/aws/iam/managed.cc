// SPDX-License-Identifier: Apache-2.0
// Which policy an ARN names; the policies themselves are in managed_policies.cc.
#include "compiler/aws/iam/managed.h"

namespace whittle::aws::iam {

const ManagedPolicy* find_managed(std::string_view arn) {
  // arn:aws:iam::aws:policy/NAME
  constexpr std::string_view kOwner = ":iam::aws:policy/";
  size_t at = arn.find(kOwner);
  if (!arn.starts_with("arn:") || at == std::string_view::npos) return nullptr;
  std::string_view path = arn.substr(at + kOwner.size());
  for (const ManagedPolicy& m : managed_policies()) {
    if (m.path == path) return &m;
  }
  return nullptr;
}

}  // namespace whittle::aws::iam
