// SPDX-License-Identifier: Apache-2.0
// Log configurations (ECS API reference, LogConfiguration).
#include "compiler/aws/ecs/checks.h"
#include "compiler/diag/near.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoOption{"E1090", "the log driver `awslogs` needs `{}`"};
constexpr Diag<std::string_view> kNotBool{"E1090", "`awslogs-create-group` is true or false, not `{}`"};
constexpr Diag<std::string_view> kNoLogs{"W1091", "{} has no `logConfiguration`"};
constexpr Diag<> kCreate{"N1092", "the execution role needs `logs:CreateLogGroup` for this"};
constexpr Diag<std::string_view> kUnknownOption{"W1339", "`awslogs` has no option `{}`"};
constexpr Diag<std::string_view, std::string_view> kBadOption{"E1339", "`{}` cannot be `{}`"};
constexpr Diag<> kBuffer{"E1339", "`max-buffer-size` counts only with the mode `non-blocking`"};
constexpr Diag<> kTwoPatterns{"E1339", "`awslogs-datetime-format` and `awslogs-multiline-pattern` exclude each other"};
constexpr Diag<std::string_view> kDriver{"E1099", "there is no log driver `{}` on Fargate"};

// ECS developer guide, "Using the awslogs log driver"; Docker, "Amazon CloudWatch Logs logging driver".
constexpr std::string_view kOptions[] = {"awslogs-group",
                                         "awslogs-region",
                                         "awslogs-stream-prefix",
                                         "awslogs-create-group",
                                         "awslogs-datetime-format",
                                         "awslogs-multiline-pattern",
                                         "mode",
                                         "max-buffer-size",
                                         "awslogs-stream",
                                         "awslogs-endpoint",
                                         "awslogs-format",
                                         "awslogs-credentials-endpoint",
                                         "awslogs-force-flush-interval-seconds",
                                         "awslogs-max-buffered-events",
                                         "tag",
                                         "labels",
                                         "env",
                                         "env-regex",
                                         "cache-disabled"};

// CloudWatch Logs API reference, CreateLogGroup: logGroupName.
bool is_group_name(std::string_view text) {
  return !text.empty() && text.size() <= 512 && std::all_of(text.begin(), text.end(), [](char ch) {
    return (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z') || ch == '_' || ch == '-' ||
           ch == '/' || ch == '.' || ch == '#';
  });
}

void options(TaskCheck& c, const LogConfiguration& log) {
  std::vector<std::string_view> names(std::begin(kOptions), std::end(kOptions));
  for (const Option& o : log.options) {
    if (std::find(names.begin(), names.end(), o.key) != names.end()) continue;
    auto d = c.diags.emit(kUnknownOption, o.key_span, o.key);
    std::string_view near = diag::nearest(o.key, names);
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(o.key_span, c.as_written(o.key_span, near));
    d.note("ECS refuses options that the driver does not have");
  }
  auto value = [&](std::string_view name) -> const Text* {
    const Option* o = log.find(name);
    return o == nullptr || !o->value.known() ? nullptr : &o->value;
  };
  if (const Text* group = value("awslogs-group"); group != nullptr && !is_group_name(group->text))
    c.diags.emit(kBadOption, group->span, "awslogs-group", group->text)
        .here("letters, digits and `.-_/#`, 512 at the most")
        .note("CloudWatch Logs refuses it, and the container does not start");
  const Text* mode = value("mode");
  if (mode != nullptr && mode->text != "blocking" && mode->text != "non-blocking")
    c.diags.emit(kBadOption, mode->span, "mode", mode->text)
        .here("`blocking` or `non-blocking`")
        .note("the container does not start");
  const Option* buffer = log.find("max-buffer-size");
  if (buffer != nullptr && mode != nullptr && mode->text == "blocking")
    c.diags.emit(kBuffer, buffer->key_span).here("the container does not start").label(mode->span, "the mode");
  const Option *format = log.find("awslogs-datetime-format"), *pattern = log.find("awslogs-multiline-pattern");
  if (format != nullptr && pattern != nullptr)
    c.diags.emit(kTwoPatterns, pattern->key_span)
        .here("this")
        .label(format->key_span, "and this")
        .note("the container does not start");
}

// Adds to `creating` the options that make the driver create a log group with a role that is not to be seen.
void awslogs(TaskCheck& c, const LogConfiguration& log, std::vector<const Option*>& creating) {
  options(c, log);
  for (std::string_view name : {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"}) {
    if (name == "awslogs-stream-prefix" && !c.fargate) continue;
    if (log.find(name) != nullptr || !log.known) continue;
    auto d = c.diags.emit(kNoOption, log.span, name);
    d.here("`options` does not have it");
    d.note(c.fargate ? diag::Text<>("on Fargate registering the task definition fails")
                     : diag::Text<>("the container does not start"));
  }
  const Option* create = log.find("awslogs-create-group");
  if (create == nullptr || !create->value.known()) return;
  const std::string& v = create->value.text;
  bool yes = v == "true" || v == "True" || v == "TRUE" || v == "1" || v == "t" || v == "T";
  bool no = v == "false" || v == "False" || v == "FALSE" || v == "0" || v == "f" || v == "F";
  if (!yes && !no)
    c.diags.emit(kNotBool, create->value.span, v).suggest(create->value.span, c.as_written(create->value.span, "true"));
  bool seen =
      !c.task.execution_role_id.empty() || std::any_of(c.file.roles.begin(), c.file.roles.end(), [&](const Role& r) {
        return !r.role_name.empty() && c.task.execution_role.text.ends_with("/" + r.role_name);
      });
  // A role that is to be seen here is held against what it needs.
  if (yes && !seen) creating.push_back(create);
}

}  // namespace

void check_logs(TaskCheck& c) {
  static constexpr std::string_view kElsewhere[] = {"json-file", "syslog", "journald", "gelf", "fluentd"};
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
    // Those that there are nowhere were told with the other parameters.
    if (x.log->driver.known() && c.fargate &&
        std::find(std::begin(kElsewhere), std::end(kElsewhere), driver) != std::end(kElsewhere))
      c.diags.emit(kDriver, x.log->driver.span, driver).here("`awslogs`, `splunk` or `awsfirelens`");
    if (driver == "awslogs") awslogs(c, *x.log, creating);
  }
  if (creating.empty()) return;
  auto d = c.diags.emit(kCreate, creating[0]->key_span);
  for (size_t i = 1; i < creating.size(); ++i) d.label(creating[i]->key_span, "and for this");
  d.note("the managed policy `AmazonECSTaskExecutionRolePolicy` does not have it; a task whose role lacks it does not "
         "start while the group is missing")
      .help("`--execution-role-policy FILE` checks it; or create the group beforehand and leave this out");
}

}  // namespace whittle::aws::ecs
