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
  for (auto& r : roles) {
    if (r.policies.empty() && r.trust.empty()) continue;
    RoleDocuments documents;
    documents.kind = r.kind;
    documents.name = r.name;
    bool good = files.fill(documents, r.policies, r.trust) && bounds_good;
    documents.boundaries = boundaries;
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
    check_role(documents, files.tree,
               task ? task_needs(*config, here.surroundings) : execution_needs(*use, here.surroundings), here, sources,
               diags);
  }
  // Roles that are taken on have boundaries of their own, which are not known here.
  std::vector<Need> needs = config == nullptr || inputs.assumed_policies.empty()
                                ? std::vector<Need>()
                                : task_needs(*config, options.surroundings);
  std::vector<std::string> taken;
  for (const Need& n : needs) {
    if (!n.assumed_role.empty() && std::find(taken.begin(), taken.end(), n.assumed_role) == taken.end())
      taken.push_back(n.assumed_role);
  }
  if (taken.empty()) {  // nobody takes a role on: the policies themselves are still read
    for (auto& [arn, file] : inputs.assumed_policies) {
      syntax::NodeId node = files.read(file);
      if (node != syntax::kNoNode) read_policy(files.tree, node, PolicyKind::Identity, sources, diags);
    }
  }
  for (const std::string& arn : taken) {
    std::vector<std::string> policies;
    for (auto& [of, file] : inputs.assumed_policies) {
      if (of.empty() || of == arn) policies.push_back(file);
    }
    RoleDocuments documents;
    documents.name = "the role `" + arn + "`";
    if (policies.empty() || !files.fill(documents, policies, "")) continue;
    std::vector<Need> own;
    for (Need n : needs) {
      if (n.assumed_role != arn) continue;
      n.assumed_role.clear();
      own.push_back(std::move(n));
    }
    check_role(documents, files.tree, own, options, sources, diags);
  }
  if (!bounds_told) {
    for (syntax::NodeId node : boundaries) read_policy(files.tree, node, PolicyKind::Boundary, sources, diags);
  }
  return !files.unreadable;
}

}  // namespace whittle::aws::iam
