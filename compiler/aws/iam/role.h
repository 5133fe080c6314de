// SPDX-License-Identifier: Apache-2.0
// A role with all its documents read, and the requests that needs become. What the checks of a role share.
#pragma once

#include "compiler/aws/iam/evaluate.h"
#include "compiler/aws/iam/managed.h"
#include "compiler/aws/roles.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace whittle::aws::iam {

struct Role {
  const RoleDocuments* documents = nullptr;
  std::list<Policy> policies;  // of `set`
  PolicySet set;
  struct Attached {
    const ManagedPolicy* known = nullptr;
    const Policy* policy = nullptr;
    source::Span span;
  };
  std::vector<Attached> managed;                         // AWS policies whose statements are known
  std::vector<const RoleDocuments::Managed*> not_known;  // policies that nobody here can read
  std::vector<Text> accounts;                            // that Allow statements name, each once
  bool broken = false;                                   // some document is malformed: what is missing may be in it
  std::string partition;                                 // that its policies name, if only one
  std::string account;                                   // of the role: told, or the only one that its policies name

  bool is_managed(const Statement& s) const;
  // The text that makes a statement be about an action: where a label goes.
  static const Text* text_for(const Statement& s, std::string_view action);
};

Role read_role(const RoleDocuments& documents, const syntax::Tree& tree, const RoleOptions& options,
               const source::Sources& sources, diag::Diagnostics& diags);

// The request that a need makes of a role, in an account; "" for one that is not known.
Request request_of(const Need& need, const Role& role, const RoleOptions& options, std::string_view account);

// How a role's trust policy lets the task role take it on: itself by its name, by its account, not, or nobody can tell.
enum class Taken : uint8_t { No, Account, Itself, Open };
Taken taken_by(const RoleDocuments& documents, const Taker& taker, const syntax::Tree& tree, const RoleOptions& options,
               const source::Sources& sources);

// Whether the task role's own policies need not allow it, or need not once the trust policy is right: it names the task
// role, or may, and both are of one account, or may be.
bool needs_no_permission(Taken taken, const Taker& taker);

// Trust policies of roles that are taken on (RoleDocuments::takers).
void check_taken(const RoleDocuments& documents, const syntax::Tree& tree, const RoleOptions& options,
                 const source::Sources& sources, diag::Diagnostics& diags);

// Service control policies that are files.
std::vector<RoleDocuments::Scp> read_scps(const std::vector<std::string>& files, source::Sources& sources,
                                          syntax::Tree& tree, diag::Diagnostics& diags, bool& unreadable);

// Whether the organization lets the role do what is needed.
void check_scps(const RoleDocuments& documents, const Role& role, const syntax::Tree& tree,
                const std::vector<Need>& needs, const RoleOptions& options, const source::Sources& sources,
                diag::Diagnostics& diags);

// Who else than ECS may take the role, as its trust policy says: "`lambda.amazonaws.com`".
std::vector<std::string> other_takers(const RoleDocuments& documents, const syntax::Tree& tree,
                                      const source::Sources& sources);

// Trust policies: whether ECS tasks may take the role.
void check_trust(const RoleDocuments& documents, const syntax::Tree& tree, const RoleOptions& options,
                 const source::Sources& sources, diag::Diagnostics& diags);

// What a role allows for nothing, and more widely than needed. `missing` are needs that it does not allow: a statement
// about the right action on the wrong resource is not called unused, as the missing need points there. With `guesses`
// for needs only actions that none of them names are told.
void tell_excess(const Role& role, const syntax::Tree& tree, const std::vector<Need>& needs,
                 const std::vector<const Need*>& missing, const RoleOptions& options, const source::Sources& sources,
                 diag::Diagnostics& diags, bool guesses = false);

// Whether a role allows what is needed; returns the needs that it does not allow.
std::vector<const Need*> tell_missing(const Role& role, const std::vector<Need>& needs, const RoleOptions& options,
                                      const source::Sources& sources, diag::Diagnostics& diags);

}  // namespace whittle::aws::iam
