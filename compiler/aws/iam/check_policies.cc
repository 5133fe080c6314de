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

// What one run reads, and against what each role is held.
class PolicyCheck {
public:
  PolicyCheck(const PolicyInputs& inputs, const check::Config* config, const ExecutionUse* use,
              const RoleOptions& options, source::Sources& sources, diag::Diagnostics& diags)
      : inputs_(inputs), config_(config), use_(use), options_(options), sources_(sources), diags_(diags) {}

  bool run() {
    read_boundaries();
    // Of templates and plans, their own roles have been held against them.
    const bool elsewhere = use_ != nullptr && use_->roles_seen;
    if (!elsewhere || !inputs_.task_policies.empty() || !inputs_.execution_policies.empty())
      scps_ = read_scps(options_.scps, sources_, tree_, diags_, unreadable_);
    for (RoleKind kind : {RoleKind::Task, RoleKind::Execution}) {
      if (!scps_.empty() && !elsewhere && policies(kind).empty()) without_policy(kind);
    }
    bool any = false;
    for (RoleKind kind : {RoleKind::Task, RoleKind::Execution}) {
      if (policies(kind).empty() && trust(kind).empty()) continue;
      any = true;
      own_role(kind);
    }
    taken_roles();
    if (!any) {  // nothing was held against the boundaries: they themselves are still read
      for (syntax::NodeId node : boundaries_) read_policy(tree_, node, PolicyKind::Boundary, sources_, diags_);
    }
    return !unreadable_;
  }

private:
  static bool is_task(RoleKind kind) { return kind == RoleKind::Task; }
  static const char* name(RoleKind kind) { return is_task(kind) ? "the task role" : "the execution role"; }
  const std::vector<std::string>& policies(RoleKind kind) const {
    return is_task(kind) ? inputs_.task_policies : inputs_.execution_policies;
  }
  const std::string& trust(RoleKind kind) const { return is_task(kind) ? inputs_.task_trust : inputs_.execution_trust; }
  // Whether it is known what the role is needed for.
  bool is_needed(RoleKind kind) const { return is_task(kind) ? config_ != nullptr : use_ != nullptr; }
  // Whether one file is a policy of both roles, which makes them one: what one does not need the other may.
  bool one_role() const {
    const auto& other = inputs_.execution_policies;
    return std::any_of(inputs_.task_policies.begin(), inputs_.task_policies.end(), [&](const std::string& p) {
      return !p.starts_with("arn:") && std::find(other.begin(), other.end(), p) != other.end();
    });
  }
  std::vector<Need> needs(RoleKind kind, const Surroundings& surroundings) const {
    return is_task(kind) ? task_needs(*config_, surroundings) : execution_needs(*use_, surroundings);
  }

  // ---- files

  syntax::NodeId read(const std::string& path) {
    return syntax::read_document(path, syntax::DocumentForm::Either, sources_, tree_, diags_, unreadable_);
  }

  void read_boundaries() {
    for (const std::string& b : inputs_.boundaries) {
      syntax::NodeId node = read(b);
      bounds_good_ = bounds_good_ && node != syntax::kNoNode;
      if (node != syntax::kNoNode) boundaries_.push_back(node);
    }
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

  // ---- the task's own roles

  // Without a policy of a role, what it is needed for is held against the organization's all the same.
  void without_policy(RoleKind kind) {
    if (!is_needed(kind)) return;
    RoleDocuments documents;
    documents.kind = kind;
    documents.name = name(kind);
    documents.scps = scps_;
    if (is_task(kind) && use_ != nullptr) documents.arn = use_->task_role;
    Role role = read_role(documents, tree_, options_, sources_, diags_);
    std::vector<Need> own;
    for (Need& n : needs(kind, options_.surroundings)) {
      if (n.assumed_role.empty()) own.push_back(std::move(n));
    }
    check_scps(documents, role, tree_, own, options_, sources_, diags_);
  }

  void own_role(RoleKind kind) {
    RoleDocuments documents;
    documents.kind = kind;
    documents.name = name(kind);
    bool good = fill(documents, policies(kind), trust(kind)) && bounds_good_;
    documents.boundaries = boundaries_;
    documents.scps = scps_;
    if (policies(kind).empty()) {
      documents.boundaries.clear();
      check_trust(documents, tree_, options_, sources_, diags_);
      return;
    }
    RoleOptions here = options_;
    if (use_ != nullptr && (!is_task(kind) || one_role())) here.unseen = use_->unseen;
    if (one_role()) {  // what it allows for nothing is told once, of the task's
      const bool known = is_needed(RoleKind::Execution);
      here.tell_unused = here.tell_unused && is_task(kind) && known;
      if (is_task(kind) && known) {
        for (Need& n : needs(RoleKind::Execution, here.surroundings)) {
          n.role = kind;
          here.of_others.push_back(std::move(n));
        }
      }
    }
    // A file that is no JSON may hold anything, so nothing is missing for certain.
    if (!good || !is_needed(kind)) {
      check_trust(documents, tree_, options_, sources_, diags_);
      Role role = read_role(documents, tree_, options_, sources_, diags_);
      if (good && !is_task(kind) && here.tell_unused)
        tell_excess(role, tree_, plausible(config_), {}, options_, sources_, diags_, true);
      return;
    }
    if (is_task(kind) && use_ != nullptr) {
      here.others = use_->others;
      here.surroundings.log_groups.insert(here.surroundings.log_groups.end(), use_->log_groups_made.begin(),
                                          use_->log_groups_made.end());
    }
    std::vector<Need> all = needs(kind, here.surroundings);
    for (Need& n : all) {
      if (!is_task(kind) || n.action != kAssumeRole) continue;
      RoleDocuments taken;
      std::string trust = trust_of(inputs_, n.resource);
      if (trust.empty() || !fill(taken, {}, trust)) continue;
      Taker taker = taker_of(n, use_);
      n.allowed_by_resource = needs_no_permission(taken_by(taken, taker, tree_, here, sources_), taker);
    }
    check_role(documents, tree_, all, here, sources_, diags_);
  }

  // ---- roles that are taken on, which have boundaries of their own that are not known here

  void taken_roles() {
    if (inputs_.assumed_policies.empty() && inputs_.assumed_trusts.empty()) return;
    std::vector<Need> all = config_ == nullptr ? std::vector<Need>() : task_needs(*config_, options_.surroundings);
    std::vector<std::string> taken;
    for (const Need& n : all) {
      const std::string& role = n.action == kAssumeRole ? n.resource : n.assumed_role;
      if (!role.empty() && std::find(taken.begin(), taken.end(), role) == taken.end()) taken.push_back(role);
    }
    if (taken.empty()) {  // nobody takes a role on: the policies themselves are still read
      for (auto& [arn, file] : inputs_.assumed_policies) read_alone(file, PolicyKind::Identity);
      for (auto& [arn, file] : inputs_.assumed_trusts) read_alone(file, PolicyKind::Trust);
    }
    for (const std::string& arn : taken) taken_role(arn, all);
  }

  void read_alone(const std::string& file, PolicyKind kind) {
    syntax::NodeId node = read(file);
    if (node != syntax::kNoNode) read_policy(tree_, node, kind, sources_, diags_);
  }

  void taken_role(const std::string& arn, const std::vector<Need>& all) {
    std::vector<std::string> policies;
    for (auto& [of, file] : inputs_.assumed_policies) {
      if (of.empty() || of == arn) policies.push_back(file);
    }
    RoleDocuments documents;
    documents.name = "the role `" + arn + "`";
    if (arn.find('*') == std::string::npos) documents.arn = arn;
    std::string trust = trust_of(inputs_, arn);
    if ((policies.empty() && trust.empty()) || !fill(documents, policies, trust)) return;
    std::vector<Need> own;
    for (Need n : all) {
      if (n.action == kAssumeRole && n.resource == arn) {
        bool told = std::any_of(documents.takers.begin(), documents.takers.end(),
                                [&](const Taker& t) { return t.need.external_id == n.external_id; });
        if (!told) documents.takers.push_back(taker_of(n, use_));
      }
      if (n.assumed_role != arn) continue;
      n.assumed_role.clear();
      own.push_back(std::move(n));
    }
    RoleOptions as = options_;
    as.of_others.clear();
    for (Need n : options_.of_others) {
      if (n.assumed_role != arn) continue;
      n.assumed_role.clear();
      as.of_others.push_back(std::move(n));
    }
    if (policies.empty()) check_taken(documents, tree_, as, sources_, diags_);
    else check_role(documents, tree_, own, as, sources_, diags_);
  }

  const PolicyInputs& inputs_;
  const check::Config* config_;
  const ExecutionUse* use_;
  const RoleOptions& options_;
  source::Sources& sources_;
  diag::Diagnostics& diags_;
  syntax::Tree tree_;
  bool unreadable_ = false;
  std::vector<syntax::NodeId> boundaries_;
  bool bounds_good_ = true;
  std::vector<RoleDocuments::Scp> scps_;
};

}  // namespace

bool check_policy_files(const PolicyInputs& inputs, const check::Config* config, const ExecutionUse* use,
                        const RoleOptions& options, source::Sources& sources, diag::Diagnostics& diags) {
  return PolicyCheck(inputs, config, use, options, sources, diags).run();
}

}  // namespace whittle::aws::iam
