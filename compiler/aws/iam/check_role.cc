// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/iam/role.h"

namespace whittle::aws {

void check_role(const RoleDocuments& documents, const syntax::Tree& tree, const std::vector<Need>& needs,
                const RoleOptions& options, const source::Sources& sources, diag::Diagnostics& diags) {
  iam::check_trust(documents, tree, options, sources, diags);
  iam::Role role = iam::read_role(documents, tree, options, sources, diags);
  // What is called as another role, that role must allow.
  std::vector<Need> own;
  for (const Need& n : needs) {
    if (n.role == documents.kind && n.assumed_role.empty()) own.push_back(n);
  }
  std::vector<const Need*> missing = iam::tell_missing(role, own, options, sources, diags);
  if (options.tell_unused) iam::tell_excess(role, tree, own, missing, options, sources, diags);
}

}  // namespace whittle::aws
