// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/iam/role.h"

#include "compiler/aws/iam/grant.h"
#include "compiler/source/sources.h"
#include "compiler/syntax/document.h"

#include <algorithm>

namespace whittle::aws::iam {

namespace {

std::string part(std::string_view text, int index) {
  size_t from = 0;
  for (int i = 0; i < index; ++i) {
    size_t colon = text.find(':', from);
    if (colon == std::string_view::npos) return {};
    from = colon + 1;
  }
  return std::string(text.substr(from, text.find(':', from) - from));
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A document of the table. Its places are those of the attachment.
Policy read_managed(const ManagedPolicy& managed, source::Span at) {
  source::Sources sources;
  syntax::Tree tree;
  diag::Diagnostics diags;
  source::FileId file = sources.add(std::string(managed.path), std::string(managed.document));
  syntax::NodeId root = syntax::read_document(file, syntax::DocumentForm::Json, sources, tree, diags);
  if (root == syntax::kNoNode) return {};
  Policy p = read_policy(tree, root, PolicyKind::Identity, sources, diags);
  p.name = managed.path.substr(managed.path.rfind('/') + 1);
  p.span = p.statements_span = at;
  for (Statement& s : p.statements) {
    s.span = s.sid.span = s.actions_span = s.resources_span = s.condition_span = at;
    s.node = syntax::kNoNode;
    for (std::vector<Text>* list : {&s.actions, &s.resources}) {
      for (Text& t : *list) t.span = at;
    }
    for (Test& t : s.tests) {
      t.span = t.key.span = t.written.span = at;
      for (Text& v : t.values) v.span = at;
    }
  }
  return p;
}

void collect_places(const Policy& policy, std::vector<Text>& out, std::vector<std::string>& partitions) {
  for (const Statement& s : policy.statements) {
    if (!s.allow || s.not_resources) continue;
    for (const Text& t : s.resources) {
      std::string partition = part(t.text, 1);
      bool plain = t.text.starts_with("arn:aws") && partition.find_first_of("*?\x1a") == std::string::npos;
      if (plain && std::find(partitions.begin(), partitions.end(), partition) == partitions.end())
        partitions.push_back(partition);
      std::string account = part(t.text, 4);
      // Another role may well be in another account.
      if (!is_account(account) || part(t.text, 2) == "iam" || part(t.text, 2) == "ecr") continue;
      if (std::none_of(out.begin(), out.end(), [&](const Text& a) { return a.text == account; }))
        out.push_back({account, t.span});
    }
  }
}

}  // namespace

bool Role::is_managed(const Statement& s) const {
  return std::any_of(managed.begin(), managed.end(), [&](const Attached& a) {
    return !a.policy->statements.empty() && &s >= a.policy->statements.data() &&
           &s < a.policy->statements.data() + a.policy->statements.size();
  });
}

const Text* Role::text_for(const Statement& s, std::string_view action) {
  Glob wanted = Glob::literal(action);
  wanted.fold_case();
  for (const Text& t : s.actions) {
    Glob g = Glob::wild(t.text);
    g.fold_case();
    if (overlap(wanted, g) != s.not_actions) return &t;
  }
  return s.actions.empty() ? nullptr : &s.actions[0];
}

Role read_role(const RoleDocuments& documents, const syntax::Tree& tree, const RoleOptions& options,
               const source::Sources& sources, diag::Diagnostics& diags) {
  Role role;
  role.documents = &documents;
  auto read = [&](syntax::NodeId node, PolicyKind kind, std::vector<const Policy*>& into) {
    role.policies.push_back(read_policy(tree, node, kind, sources, diags));
    role.broken = role.broken || role.policies.back().broken;
    into.push_back(&role.policies.back());
  };
  for (syntax::NodeId node : documents.policies) read(node, PolicyKind::Identity, role.set.identity);
  for (syntax::NodeId node : documents.boundaries) read(node, PolicyKind::Boundary, role.set.boundaries);
  std::vector<std::string> partitions;
  for (const Policy& p : role.policies) {
    if (p.kind == PolicyKind::Identity) collect_places(p, role.accounts, partitions);
  }
  if (partitions.size() == 1) role.partition = partitions[0];
  for (const RoleDocuments::Managed& m : documents.managed) {
    const ManagedPolicy* known = find_managed(m.arn);
    if (known == nullptr || known->document.empty()) {
      role.not_known.push_back(&m);
      continue;
    }
    role.policies.push_back(read_managed(*known, m.span));
    role.set.identity.push_back(&role.policies.back());
    role.managed.push_back({known, &role.policies.back(), m.span});
  }
  role.account = options.surroundings.account;
  if (role.account.empty() && role.accounts.size() == 1) role.account = role.accounts[0].text;
  return role;
}

Request request_of(const Need& need, const Role& role, const RoleOptions& options, std::string_view account) {
  Request r;
  r.action = need.action;
  r.resource = narrowed(need.resource, account, role.partition);
  RequestContext& c = r.context;
  std::string region = need.region.empty() ? options.surroundings.region : need.region;
  std::string partition = !options.surroundings.partition.empty() ? options.surroundings.partition
                          : !region.empty()                       ? std::string(partition_of(region))
                          : role.partition.empty()                ? "*"
                                                                  : role.partition;
  std::string own = account.empty() ? "*" : std::string(account);
  // What AWS puts into a request of a role's session ("AWS global condition context keys", IAM user guide).
  c.set("aws:RequestedRegion", region.empty() ? "*" : region);
  c.set("aws:PrincipalAccount", own);
  std::string resource_account = part(r.resource, 4);
  c.set("aws:ResourceAccount", is_account(resource_account) ? resource_account : own);
  const std::string& arn = role.documents->arn;
  c.set("aws:PrincipalArn",
        arn.empty() ? "arn:" + partition + ":iam::" + own + ":role/*" : narrowed(arn, account, role.partition));
  c.set("aws:PrincipalType", "AssumedRole");
  c.set("aws:PrincipalIsAWSService", "false");
  c.set("aws:SecureTransport", "true");
  for (std::string_view key : {"aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime", "aws:userid"})
    c.set_present(key);
  for (std::string_view key : {"aws:username", "aws:FederatedProvider", "aws:MultiFactorAuthAge", "aws:SourceArn",
                               "aws:SourceAccount", "aws:SourceOwner", "aws:PrincipalServiceName",
                               "aws:PrincipalServiceNamesList", "aws:AssumedRoot", "aws:ChatbotSourceArn",
                               "aws:Ec2InstanceSourceVpc", "aws:Ec2InstanceSourcePrivateIPv4", "ec2:SourceInstanceARN"})
    c.set_absent(key);
  c.set_maybe("aws:MultiFactorAuthPresent", "false");
  if (need.role == RoleKind::Task) {
    c.set("aws:ViaAWSService", "false");
    for (std::string_view key : {"aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"}) c.set_absent(key);
  }
  bool may_tag =
      need.action == "logs:TagResource" || need.action == "logs:CreateLogGroup" || need.action == "sts:AssumeRole";
  if (!may_tag || (need.tags_known && need.tags.empty())) {
    c.set_absent("aws:TagKeys");
    c.set_all_tags();
  } else if (need.tags_known) {
    std::vector<std::string> keys;
    for (auto& [key, value] : need.tags) {
      keys.push_back(key);
      c.set("aws:RequestTag/" + key, value);
    }
    c.set_list("aws:TagKeys", std::move(keys));
    c.set_all_tags();
  }
  c.set_service(r.action.substr(0, r.action.find(':')));
  if (need.action == "kms:Decrypt") {
    c.set("kms:ViaService", need.via + "." + (region.empty() ? "*" : region) + ".amazonaws.com");
  }
  return r;
}

}  // namespace whittle::aws::iam
