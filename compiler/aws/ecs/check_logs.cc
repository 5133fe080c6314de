// SPDX-License-Identifier: Apache-2.0
// Log configurations (ECS API reference, LogConfiguration).
#include "compiler/aws/ecs/checks.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoOption{"E1090", "the log driver `awslogs` needs `{}`"};
constexpr Diag<std::string_view> kNotBool{"E1090", "`awslogs-create-group` is true or false, not `{}`"};
constexpr Diag<std::string_view> kNoLogs{"W1091", "{} has no `logConfiguration`"};
constexpr Diag<> kCreate{"N1092", "the execution role needs `logs:CreateLogGroup` for this"};
constexpr Diag<std::string_view> kDriver{"E1099", "there is no log driver `{}` on Fargate"};

// Adds to `creating` the options that make the driver create a log group with a role that is not to be seen.
void awslogs(TaskCheck& c, const LogConfiguration& log, std::vector<const Option*>& creating) {
  for (std::string_view name : {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"}) {
    if (name == "awslogs-stream-prefix" && !c.fargate) continue;
    if (log.find(name) != nullptr || !log.known) continue;
    auto d = c.diags.emit(kNoOption, log.span, name);
    d.here("`options` does not have it");
    d.note(c.fargate ? diag::Text<>("on Fargate registering the task definition fails") : diag::Text<>("the container does not start"));
  }
  const Option* create = log.find("awslogs-create-group");
  if (create == nullptr || !create->value.known()) return;
  const std::string& v = create->value.text;
  bool yes = v == "true" || v == "True" || v == "TRUE" || v == "1" || v == "t" || v == "T";
  bool no = v == "false" || v == "False" || v == "FALSE" || v == "0" || v == "f" || v == "F";
  if (!yes && !no) c.diags.emit(kNotBool, create->value.span, v).suggest(create->value.span, c.as_written(create->value.span, "true"));
  bool seen = !c.task.execution_role_id.empty() || std::any_of(c.file.roles.begin(), c.file.roles.end(), [&](const Role& r) {
    return !r.role_name.empty() && c.task.execution_role.text.ends_with("/" + r.role_name);
  });
  // A role that is to be seen here is held against what it needs.
  if (yes && !seen) creating.push_back(create);
}

}  // namespace

void check_logs(TaskCheck& c) {
  static constexpr std::string_view kOnFargate[] = {"awslogs", "splunk", "awsfirelens"};
  std::vector<const Option*> creating;
  for (const Container& x : c.task.containers) {
    if (!x.log) {
      if (&x == c.collector && x.log_known)
        c.diags.emit(kNoLogs, x.span, x.shown())
            .note("what it could not send and why, it says on its output: without a log driver nobody reads that")
            .help("`\"logConfiguration\": {\"logDriver\": \"awslogs\", \"options\": {...}}`");
      continue;
    }
    const std::string& driver = x.log->driver.text;
    if (x.log->driver.known() && c.fargate && std::find(std::begin(kOnFargate), std::end(kOnFargate), driver) == std::end(kOnFargate))
      c.diags.emit(kDriver, x.log->driver.span, driver).here("`awslogs`, `splunk` or `awsfirelens`");
    if (driver == "awslogs") awslogs(c, *x.log, creating);
  }
  if (creating.empty()) return;
  auto d = c.diags.emit(kCreate, creating[0]->key_span);
  for (size_t i = 1; i < creating.size(); ++i) d.label(creating[i]->key_span, "and for this");
  d.note("the managed policy `AmazonECSTaskExecutionRolePolicy` does not have it; a task whose role lacks it does not start while the group is missing")
      .help("`--execution-role-policy FILE` checks it; or create the group beforehand and leave this out");
}

}  // namespace whittle::aws::ecs
