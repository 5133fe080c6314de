// SPDX-License-Identifier: Apache-2.0
// Service control policies: what an organization lets the roles of its accounts do at all (AWS Organizations user
// guide, "SCP evaluation"). At each level, from the root to the account, a policy must allow a call and none may deny
// it. Which level a file is attached to is not to be seen, so one without an Allow is taken to stand beside
// FullAWSAccess, as AWS attaches it, and of the others each may be a level of its own.
#include "compiler/aws/iam/grant.h"
#include "compiler/aws/iam/role.h"
#include "compiler/syntax/document.h"

#include <algorithm>

namespace whittle::aws::iam {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view, std::string_view> kDenies{"E1431", "the SCP `{}` denies {} {}"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kAllowsNot{"E1432",
                                                                                "the SCP `{}` does not allow {} {}"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kCannotTell{
    "N1432", "cannot tell whether the SCP `{}` lets {} call {}"};

struct Scp {
  Policy policy;
  bool allows = false;  // some statement does: it is a list of what may be called
};

struct Finding {
  Decision decision;
  const Scp* scp;
  const Scp* other;  // allows what this one does not
  const Statement* statement;
  const Test* test;
  source::Span span;
  std::vector<const Need*> needs;
};

Policy full_access() {
  Policy p;
  Statement s;
  s.actions = {{"*", {}}};
  s.resources = {{"*", {}}};
  p.statements.push_back(std::move(s));
  return p;
}

}  // namespace

std::vector<RoleDocuments::Scp> read_scps(const std::vector<std::string>& files, source::Sources& sources,
                                          syntax::Tree& tree, diag::Diagnostics& diags, bool& unreadable) {
  std::vector<RoleDocuments::Scp> out;
  for (const std::string& f : files) {
    syntax::NodeId node = syntax::read_document(f, syntax::DocumentForm::Either, sources, tree, diags, unreadable);
    if (node != syntax::kNoNode) out.push_back({f, node});
  }
  return out;
}

void check_scps(const RoleDocuments& documents, const Role& role, const syntax::Tree& tree,
                const std::vector<Need>& needs, const RoleOptions& options, const source::Sources& sources,
                diag::Diagnostics& diags) {
  std::vector<Scp> scps;
  for (const RoleDocuments::Scp& given : documents.scps) {
    Scp s{read_policy(tree, given.document, PolicyKind::Scp, sources, diags)};
    s.policy.name = given.name;
    s.allows = std::any_of(s.policy.statements.begin(), s.policy.statements.end(),
                           [](const Statement& t) { return t.allow && !t.broken; });
    if (!s.policy.broken) scps.push_back(std::move(s));
  }
  const Policy everything = full_access();
  std::vector<Finding> findings;
  for (const Need& need : needs) {
    if (need.role != documents.kind) continue;
    Request request = request_of(need, role, options, role.account);
    std::vector<Outcome> outcomes;
    const Scp* allowing = nullptr;
    for (const Scp& s : scps) {
      PolicySet set;
      set.identity = {&s.policy};
      if (!s.allows) set.identity.push_back(&everything);
      outcomes.push_back(evaluate(set, request));
      if (s.allows && outcomes.back().decision == Decision::Allowed) allowing = &s;
    }
    for (size_t i = 0; i < scps.size(); ++i) {
      const Outcome& o = outcomes[i];
      if (o.decision == Decision::Allowed) continue;
      Finding f{o.decision, &scps[i], nullptr, o.statement, nullptr, need.span, {&need}};
      if (o.decision == Decision::ImplicitDeny) f.other = allowing;
      if (o.decision != Decision::ExplicitDeny && !o.obstacles.empty()) {
        f.statement = o.obstacles[0].statement;
        f.test = o.obstacles[0].test;
      }
      auto same = std::find_if(findings.begin(), findings.end(), [&](const Finding& g) {
        return g.decision == f.decision && g.scp == f.scp && g.other == f.other && g.statement == f.statement &&
               g.test == f.test && g.span == f.span;
      });
      if (same != findings.end()) same->needs.push_back(&need);
      else findings.push_back(std::move(f));
    }
  }
  for (const Finding& f : findings) {
    std::vector<std::string> names;
    for (const Need* n : f.needs) {
      if (std::find(names.begin(), names.end(), n->action) == names.end()) names.push_back(n->action);
    }
    bool error = f.decision == Decision::ExplicitDeny || (f.decision == Decision::ImplicitDeny && f.other == nullptr);
    const auto& kind = !error ? kCannotTell : f.decision == Decision::ExplicitDeny ? kDenies : kAllowsNot;
    auto d = diags.emit(kind, f.span ? f.span : documents.span, f.scp->policy.name, documents.name, listed(names));
    d.here("needed here");
    if (f.statement != nullptr) {
      const Text* text = Role::text_for(*f.statement, f.needs[0]->action);
      source::Span at = text != nullptr ? text->span : f.statement->span;
      if (f.decision == Decision::ExplicitDeny) d.label(at, "denied here");
      else if (f.test != nullptr) d.label(f.test->span, "depends on this condition");
      else if (f.decision == Decision::ImplicitDeny) d.label(at, "allowed here, on other resources");
      else d.label(at, "{}", f.statement->allow ? "allowed here, perhaps" : "denied here, perhaps");
      if (f.decision == Decision::ExplicitDeny && !f.statement->tests.empty())
        d.label(f.statement->tests[0].span, "this holds");
    } else if (f.decision == Decision::ImplicitDeny) {
      d.label(f.scp->policy.statements_span, "no statement here allows it");
    }
    if (f.other != nullptr)
      d.note("`{}` allows it: that is enough where both are attached to the same account or unit",
             f.other->policy.name);
    else if (error) d.note("no policy of the role can undo it: what an SCP does not let an account do, is refused");
  }
}

}  // namespace whittle::aws::iam
