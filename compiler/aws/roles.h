// SPDX-License-Identifier: Apache-2.0
// Roles as they are found in files, templates and plans, and what is to be said of them.
#pragma once

#include "compiler/aws/needs.h"
#include "compiler/aws/unknown.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/syntax/yaml.h"

#include <optional>
#include <string>
#include <vector>

namespace whittle::aws {

// Who takes a role on that a config names (`role_arn`).
struct Taker {
  std::string arn;  // of the task role, `*` for what is not known
  std::string who;  // "the task role `x`"
  Need need;        // sts:AssumeRole
};

// A role with everything that is known to be attached to it. Nodes are of one tree that all documents were read into.
struct RoleDocuments {
  RoleKind kind = RoleKind::Task;
  std::string name;                        // "the task role", "`ECSTaskRole`": for messages
  std::string arn;                         // `*` for what is not known; empty: nothing is
  source::Span span;                       // of the role, or of the reference to it; may be none
  std::vector<syntax::NodeId> policies;    // policy documents (Mappings with Version, Statement)
  std::vector<syntax::NodeId> boundaries;  // all of them must allow
  std::optional<syntax::NodeId> trust;     // AssumeRolePolicyDocument
  std::vector<Taker> takers;               // none: ECS takes it for its tasks
  struct Scp {
    std::string name;  // of the file
    syntax::NodeId document;
  };
  std::vector<Scp> scps;  // of the organization
  struct Managed {
    std::string arn;
    source::Span span;
  };
  std::vector<Managed> managed;  // ARNs of attached managed policies; unknown ones make answers "cannot tell"
  bool complete = true;          // false: more policies may be attached that are not to be seen here
};

struct RoleOptions {
  Surroundings surroundings;
  std::vector<std::string> others;  // "container `app`": who calls AWS with the task role beside the collector
  std::vector<std::string> scps;    // files: service control policies of the organization
  size_t configs = 1;               // that share the roles
  std::vector<Need> of_others;      // of the other configs: what they need is not allowed for nothing
  bool tell_unused = true;          // false: roles that others use too; what is granted for nothing is not told
  std::vector<std::string> unseen;  // services that may be called for more than is known: ExecutionUse::unseen
};

// Compares what the role allows with what is needed: missing actions are errors at the need's place, grants that
// nothing needs or that are broader than needed are warnings at the place in the policy with the narrower statement as
// a suggestion. Malformed policies are errors at their place.
void check_role(const RoleDocuments& role, const syntax::Tree& tree, const std::vector<Need>& needs,
                const RoleOptions& options, const source::Sources& sources, diag::Diagnostics& diags);

// What ECS itself does with the execution role before the container starts.
struct ExecutionUse {
  struct Image {
    std::string reference;  // "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1.2"
    source::Span span;
    std::string who;  // "container `collector`"
  };
  struct LogGroup {
    std::string driver;   // "awslogs"; others need nothing
    std::string group;    // may hold `*` for what is not known
    std::string region;   // empty: the task's
    bool create = false;  // awslogs-create-group
    source::Span span;
    std::string who;
  };
  struct Secret {
    std::string name;        // of the environment variable
    std::string value_from;  // ARN of a secret or a parameter, or a parameter's name
    std::string kms_key;     // ARN, when it is known not to be the account's default key
    source::Span span;
    std::string who;
  };
  struct EnvironmentFile {
    std::string arn;  // "arn:aws:s3:::bucket/app.env"
    source::Span span;
    std::string who;
  };
  std::vector<Image> images;
  std::vector<EnvironmentFile> environment_files;
  std::vector<LogGroup> log_groups;
  std::vector<Secret> secrets;
  std::vector<Secret> repository_credentials;  // name is empty
  // Services ("ssm") that more may be asked of than what is known: some of what is fetched is not to be seen.
  std::vector<std::string> unseen;
  std::string task_role;    // its ARN; empty: not known
  bool roles_seen = false;  // the same files have roles of tasks, which were checked there
  // Of the same files: the containers beside the collector, and the log groups that a template or plan makes.
  std::vector<std::string> others, log_groups_made;
};

// Images in ECR (ecr:GetAuthorizationToken, BatchCheckLayerAvailability, GetDownloadUrlForLayer, BatchGetImage; none
// for public registries), awslogs (CreateLogStream, PutLogEvents, CreateLogGroup), ssm:GetParameters,
// secretsmanager:GetSecretValue, kms:Decrypt (Amazon ECS task execution IAM role, "ECS developer guide").
std::vector<Need> execution_needs(const ExecutionUse& use, const Surroundings& surroundings);

}  // namespace whittle::aws
