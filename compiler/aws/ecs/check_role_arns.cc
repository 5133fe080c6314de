// SPDX-License-Identifier: Apache-2.0
// Roles that a task needs and does not name, and ARNs that cannot be.
#include "compiler/aws/ecs/checks.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kBadArn{"E1030", "`{}` cannot be an ARN: {}"};
constexpr Diag<std::string_view> kNoExecutionRole{"E1031", "`{}` has no `executionRoleArn`"};
constexpr Diag<std::string_view> kNoTaskRole{"E1032", "`{}` has no `taskRoleArn`, and the collector calls AWS"};
constexpr Diag<std::string_view> kNoTaskRoleHere{"W1032", "`{}` has no `taskRoleArn`, and the collector calls AWS"};

constexpr std::string_view kPartitions[] = {"aws",       "aws-cn",    "aws-us-gov", "aws-iso",
                                            "aws-iso-b", "aws-iso-e", "aws-iso-f",  "aws-eusc"};

bool unknown(std::string_view s) {
  return s.find(kUnknownPart) != std::string_view::npos || s.find("{{") != std::string_view::npos;
}

std::string plural(size_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

// What a role's ARN must be beyond an ARN.
std::string role_problem(const Arn& arn) {
  if (std::string why = arn_problem(arn); !why.empty()) return why;
  if (!unknown(arn.service) && arn.service != "iam") return "roles are of the service `iam`, not `" + arn.service + "`";
  if (!unknown(arn.region) && !arn.region.empty())
    return "roles have no region, so nothing stands between `iam:` and the account";
  if (!unknown(arn.resource) && !arn.resource.starts_with("role/"))
    return "it names no role: `role/NAME` must come last";
  if (arn.resource == "role/") return "the role's name is missing";
  return {};
}

void role(TaskCheck& c, const Text& t, std::string_view what) {
  if (!t.written || t.text.empty() || t.text[0] == kUnknownPart || t.text.starts_with("{{")) return;
  if (!t.text.starts_with("arn:")) {
    // The API takes the short name of a task role too.
    bool name = t.text.find_first_of(": ") == std::string::npos && what == "taskRoleArn";
    if (!name && !unknown(t.text))
      c.diags.emit(kBadArn, t.span, t.text, "it does not begin with `arn:`")
          .help("`arn:aws:iam::123456789012:role/{}`", what == "taskRoleArn" ? "my-task-role" : "my-execution-role");
    return;
  }
  auto arn = parse_arn(t.text);
  std::string why = arn ? role_problem(*arn) : "it has too few parts";
  if (why.empty()) return;
  // The narrowest place: the account, when that is what is wrong.
  source::Span span = t.span;
  std::string_view raw = c.sources.text(span);
  if (arn && why.starts_with("account ids")) {
    size_t at = raw.find(":" + arn->account + ":");
    if (at != std::string_view::npos && !arn->account.empty())
      span = {span.file, span.begin + static_cast<uint32_t>(at + 1),
              span.begin + static_cast<uint32_t>(at + 1 + arn->account.size())};
  }
  c.diags.emit(kBadArn, span, t.text, why).note("registering the task definition fails, or no task of it starts");
}

// Why ECS needs the execution role for a container, or nothing.
struct Reason {
  source::Span span;
  std::string why;
};

std::optional<Reason> needs_execution_role(const TaskCheck& c, const Container& x) {
  // On EC2 the agent uses the instance's role for images and logs, and the execution role for secrets.
  if (!x.secrets.empty()) return Reason{x.secrets_key, "ECS fetches the secrets of " + x.shown() + " with it"};
  if (x.repository_credentials.written)
    return Reason{x.repository_credentials.span, "ECS fetches the registry's password with it"};
  if (!x.environment_files.empty())
    return Reason{x.environment_files[0].span, "ECS fetches the environment files of " + x.shown() + " with it"};
  if (x.log && !x.log->secret_options.empty())
    return Reason{x.log->span, "ECS fetches the log driver's secrets with it"};
  if (!c.fargate) return std::nullopt;
  if (x.log && x.log->driver.text == "awslogs")
    return Reason{x.log->span, "Fargate writes the logs of " + x.shown() + " with it"};
  if (x.image.text.find(".dkr.ecr.") != std::string::npos)
    return Reason{x.image.span, "Fargate pulls the image of " + x.shown() + " with it"};
  return std::nullopt;
}

}  // namespace

std::optional<Arn> parse_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  Arn arn;
  std::string* const parts[] = {&arn.partition, &arn.service, &arn.region, &arn.account};
  text.remove_prefix(4);
  for (std::string* part : parts) {
    size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    *part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  arn.resource = text;
  return arn;
}

std::string arn_problem(const Arn& arn) {
  if (!unknown(arn.partition) &&
      std::find(std::begin(kPartitions), std::end(kPartitions), arn.partition) == std::end(kPartitions))
    return "there is no partition `" + arn.partition + "`";
  if (arn.service.empty()) return "the service is missing";
  if (!unknown(arn.account)) {
    if (arn.account.empty()) return "account ids have twelve digits, and none is written";
    if (arn.account.find_first_not_of("0123456789") != std::string::npos)
      return "account ids have twelve digits, and `" + arn.account + "` is none";
    if (arn.account.size() != 12)
      return "account ids have twelve digits, and `" + arn.account + "` has " + plural(arn.account.size(), "digit");
  }
  if (arn.resource.empty()) return "the last part is missing";
  return {};
}

void check_role_arns(TaskCheck& c) {
  const TaskDefinition& t = c.task;
  role(c, t.task_role, "taskRoleArn");
  role(c, t.execution_role, "executionRoleArn");
  for (const Container& x : t.containers) {
    if (!x.repository_credentials.known() || !x.repository_credentials.text.starts_with("arn:")) continue;
    auto arn = parse_arn(x.repository_credentials.text);
    std::string why = arn ? arn_problem(*arn) : "it has too few parts";
    if (!why.empty()) c.diags.emit(kBadArn, x.repository_credentials.span, x.repository_credentials.text, why);
  }
  if (t.parts_only) return;  // the roles are written elsewhere
  if (!t.execution_role.written && t.execution_role_id.empty()) {
    std::optional<Reason> reason;
    for (const Container& x : t.containers) {
      if (!reason) reason = needs_execution_role(c, x);
    }
    if (reason) {
      c.diags.emit(kNoExecutionRole, t.span, t.name.empty() ? "the task definition" : t.name)
          .label(reason->span, "{}", reason->why)
          .note("registering the task definition fails, or its tasks stop before a container starts")
          .help("`whittle iam CONFIG --role execution` prints the policy that the role needs");
    }
  }
  if (!t.task_role.written && t.task_role_id.empty() && c.config != nullptr && c.collector != nullptr) {
    std::vector<Need> needs = task_needs(*c.config, c.surroundings);
    if (!needs.empty()) {
      const Need& first = needs.front();
      // On EC2 containers fall back on the instance's role.
      auto d = c.fargate ? c.diags.emit(kNoTaskRole, t.span, t.name.empty() ? "the task definition" : t.name)
                         : c.diags.emit(kNoTaskRoleHere, t.span, t.name.empty() ? "the task definition" : t.name);
      d.label(first.span, "`{}` calls `{}`", first.who, first.action);
      d.note(
          c.fargate
              ? diag::Text<>(
                    "without a role the collector finds no credentials, and everything that it exports to AWS is lost")
              : diag::Text<>("without a role the collector uses that of the instance, if it can reach it"));
      d.help("`whittle iam CONFIG` prints the policy that the role needs");
    }
  }
}

}  // namespace whittle::aws::ecs
