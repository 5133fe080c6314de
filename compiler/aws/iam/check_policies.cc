// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/iam/check_policies.h"

#include "compiler/aws/iam/role.h"
#include "compiler/syntax/document.h"

#include <algorithm>

namespace whittle::aws::iam {

namespace {

bool has_late(const check::Value& v) {
  return v.late || std::any_of(v.items.begin(), v.items.end(), [](const check::Value& i) { return has_late(i); });
}

bool has_late(const check::Config& config) {
  return has_late(config.service) || std::any_of(config.instances.begin(), config.instances.end(),
                                                 [](const check::Instance& i) { return i.used && has_late(i.config); });
}

// What an execution role may plausibly be needed for when nobody said what the task is.
std::vector<Need> plausible(const check::Config* config) {
  std::vector<Need> out;
  auto add = [&](std::string_view action) {
    Need n;
    n.role = RoleKind::Execution;
    n.action = action;
    n.resource =
        action == "ecr:GetAuthorizationToken" ? "*" : "arn:*:" + n.action.substr(0, n.action.find(':')) + ":*:*:*";
    n.sure = false;
    out.push_back(std::move(n));
  };
  for (std::string_view action :
       {"ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "logs:CreateLogGroup", "logs:CreateLogStream",
        "logs:PutLogEvents", "ssm:GetParameters", "kms:Decrypt"})
    add(action);
  // A late-bound value may come from a secret.
  if (config == nullptr || has_late(*config)) add("secretsmanager:GetSecretValue");
  return out;
}

constexpr std::string_view kAssumeRole = "sts:AssumeRole";

// The file with the trust policy of a role that is taken on; empty: none is given.
std::string trust_of(const PolicyInputs& inputs, const std::string& arn) {
  for (auto& [of, file] : inputs.assumed_trusts) {
    if (of.empty() || of == arn) return file;
  }
  return {};
}

Taker taker_of(const Need& need, const ExecutionUse* use) {
  bool known = use != nullptr && use->task_role.starts_with("arn:");
  return {known ? use->task_role : "arn:*:iam::*:role/*", "the task role", need};
}

struct Files {
  const PolicyInputs& inputs;
  source::Sources& sources;
  diag::Diagnostics& diags;
  syntax::Tree tree;
  bool unreadable = false;

  syntax::NodeId read(const std::string& path) {
    return syntax::read_document(path, syntax::DocumentForm::Either, sources, tree, diags, unreadable);
  }

  bool fill(RoleDocuments& role, const std::vector<std::string>& policies, const std::string& trust) {
    bool good = true;
    for (const std::string& p : policies) {
      if (p.starts_with("arn:")) {
        role.managed.push_back({p, {}});
        continue;
      }
      syntax::NodeId node = read(p);
      good = good && node != syntax::kNoNode;
      if (node != syntax::kNoNode) role.policies.push_back(node);
    }
    if (!trust.empty()) {
      syntax::NodeId node = read(trust);
      if (node != syntax::kNoNode) role.trust = node;
    }
    return good;
  }
};

}  // namespace

bool check_policy_files(const PolicyInputs& inputs, const check::Config* config, const ExecutionUse* use,
                        const RoleOptions& options, source::Sources& sources, diag::Diagnostics& diags) {
  Files files{inputs, sources, diags, {}};
  std::vector<syntax::NodeId> boundaries;
  bool bounds_good = true;
  for (const std::string& b : inputs.boundaries) {
    syntax::NodeId node = files.read(b);
    bounds_good = bounds_good && node != syntax::kNoNode;
    if (node != syntax::kNoNode) boundaries.push_back(node);
  }
  struct {
    RoleKind kind;
    const char* name;
    const std::vector<std::string>& policies;
    const std::string& trust;
  } roles[] = {{RoleKind::Task, "the task role", inputs.task_policies, inputs.task_trust},
               {RoleKind::Execution, "the execution role", inputs.execution_policies, inputs.execution_trust}};
  bool bounds_told = false;
  // Of templates and plans, their own roles have been held against them.
  std::vector<RoleDocuments::Scp> scps;
  const bool elsewhere = use != nullptr && use->roles_seen;
  if (!elsewhere || !inputs.task_policies.empty() || !inputs.execution_policies.empty())
    scps = read_scps(options.scps, sources, files.tree, diags, files.unreadable);
  // Without a policy of a role, what it is needed for is held against them all the same.
  for (RoleKind kind : {RoleKind::Task, RoleKind::Execution}) {
    bool task = kind == RoleKind::Task;
    bool given = !(task ? inputs.task_policies : inputs.execution_policies).empty();
    if (scps.empty() || elsewhere || given || (task ? config == nullptr : use == nullptr)) continue;
    RoleDocuments documents;
    documents.kind = kind;
    documents.name = task ? "the task role" : "the execution role";
    documents.scps = scps;
    if (task && use != nullptr) documents.arn = use->task_role;
    Role role = read_role(documents, files.tree, options, sources, diags);
    std::vector<Need> own,
        all = task ? task_needs(*config, options.surroundings) : execution_needs(*use, options.surroundings);
    for (Need& n : all) {
      if (n.assumed_role.empty()) own.push_back(std::move(n));
    }
    check_scps(documents, role, files.tree, own, options, sources, diags);
  }
  for (auto& r : roles) {
    if (r.policies.empty() && r.trust.empty()) continue;
    RoleDocuments documents;
    documents.kind = r.kind;
    documents.name = r.name;
    bool good = files.fill(documents, r.policies, r.trust) && bounds_good;
    documents.boundaries = boundaries;
    documents.scps = scps;
    bounds_told = true;
    if (r.policies.empty()) {
      documents.boundaries.clear();
      check_trust(documents, files.tree, options, sources, diags);
      continue;
    }
    bool task = r.kind == RoleKind::Task;
    // A file that is no JSON may hold anything, so nothing is missing for certain.
    if (!good || (task && config == nullptr) || (!task && use == nullptr)) {
      check_trust(documents, files.tree, options, sources, diags);
      Role role = read_role(documents, files.tree, options, sources, diags);
      if (good && !task && options.tell_unused)
        tell_excess(role, files.tree, plausible(config), {}, options, sources, diags, true);
      continue;
    }
    RoleOptions here = options;
    if (task && use != nullptr) {
      here.others = use->others;
      here.surroundings.log_groups.insert(here.surroundings.log_groups.end(), use->log_groups_made.begin(),
                                          use->log_groups_made.end());
    }
    std::vector<Need> needs = task ? task_needs(*config, here.surroundings) : execution_needs(*use, here.surroundings);
    for (Need& n : needs) {
      if (!task || n.action != kAssumeRole) continue;
      RoleDocuments taken;
      std::string trust = trust_of(inputs, n.resource);
      if (trust.empty() || !files.fill(taken, {}, trust)) continue;
      Taker taker = taker_of(n, use);
      n.allowed_by_resource = needs_no_permission(taken_by(taken, taker, files.tree, here, sources), taker);
    }
    check_role(documents, files.tree, needs, here, sources, diags);
  }
  // Roles that are taken on have boundaries of their own, which are not known here.
  bool any = !inputs.assumed_policies.empty() || !inputs.assumed_trusts.empty();
  std::vector<Need> needs = config == nullptr || !any ? std::vector<Need>() : task_needs(*config, options.surroundings);
  std::vector<std::string> taken;
  for (const Need& n : needs) {
    const std::string& role = n.action == kAssumeRole ? n.resource : n.assumed_role;
    if (!role.empty() && std::find(taken.begin(), taken.end(), role) == taken.end()) taken.push_back(role);
  }
  if (taken.empty()) {  // nobody takes a role on: the policies themselves are still read
    for (auto& [arn, file] : inputs.assumed_policies) {
      syntax::NodeId node = files.read(file);
      if (node != syntax::kNoNode) read_policy(files.tree, node, PolicyKind::Identity, sources, diags);
    }
    for (auto& [arn, file] : inputs.assumed_trusts) {
      syntax::NodeId node = files.read(file);
      if (node != syntax::kNoNode) read_policy(files.tree, node, PolicyKind::Trust, sources, diags);
    }
  }
  for (const std::string& arn : taken) {
    std::vector<std::string> policies;
    for (auto& [of, file] : inputs.assumed_policies) {
      if (of.empty() || of == arn) policies.push_back(file);
    }
    RoleDocuments documents;
    documents.name = "the role `" + arn + "`";
    if (arn.find('*') == std::string::npos) documents.arn = arn;
    std::string trust = trust_of(inputs, arn);
    if ((policies.empty() && trust.empty()) || !files.fill(documents, policies, trust)) continue;
    std::vector<Need> own;
    for (Need n : needs) {
      if (n.action == kAssumeRole && n.resource == arn) {
        bool told = std::any_of(documents.takers.begin(), documents.takers.end(),
                                [&](const Taker& t) { return t.need.external_id == n.external_id; });
        if (!told) documents.takers.push_back(taker_of(n, use));
      }
      if (n.assumed_role != arn) continue;
      n.assumed_role.clear();
      own.push_back(std::move(n));
    }
    RoleOptions as = options;
    as.of_others.clear();
    for (Need n : options.of_others) {
      if (n.assumed_role != arn) continue;
      n.assumed_role.clear();
      as.of_others.push_back(std::move(n));
    }
    if (policies.empty()) check_taken(documents, files.tree, as, sources, diags);
    else check_role(documents, files.tree, own, as, sources, diags);
  }
  if (!bounds_told) {
    for (syntax::NodeId node : boundaries) read_policy(files.tree, node, PolicyKind::Boundary, sources, diags);
  }
  return !files.unreadable;
}

}  // namespace whittle::aws::iam
