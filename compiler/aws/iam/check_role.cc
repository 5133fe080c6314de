// SPDX-License-Identifier: Apache-2.0
// One role, from its trust policy to what it allows too much: the order in which a role is looked at.
#include "compiler/aws/iam/role.h"

namespace whittle::aws {

void check_role(const RoleDocuments& documents, const syntax::Tree& tree, const std::vector<Need>& needs,
                const RoleOptions& options, const source::Sources& sources, diag::Diagnostics& diags) {
  if (documents.takers.empty()) iam::check_trust(documents, tree, options, sources, diags);
  else iam::check_taken(documents, tree, options, sources, diags);
  iam::Role role = iam::read_role(documents, tree, options, sources, diags);
  // What is called as another role, that role must allow.
  std::vector<Need> own;
  for (const Need& n : needs) {
    if (n.role == documents.kind && n.assumed_role.empty()) own.push_back(n);
  }
  std::vector<const Need*> missing = iam::tell_missing(role, own, options, sources, diags);
  iam::check_scps(documents, role, tree, own, options, sources, diags);
  if (!options.tell_unused) return;
  std::vector<Need> all = own;
  for (const Need& n : options.of_others) {
    if (n.role == documents.kind && n.assumed_role.empty()) all.push_back(n);
  }
  RoleOptions shared = options;
  for (std::string& who : iam::other_takers(documents, tree, sources)) shared.others.push_back(std::move(who));
  iam::tell_excess(role, tree, all, missing, shared, sources, diags);
}

}  // namespace whittle::aws
