// SPDX-License-Identifier: Apache-2.0
// All checks of all task definitions, one call a line.
#include "compiler/aws/ecs/check_task.h"

#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/files.h"
#include "compiler/aws/ecs/own_config.h"

#include <algorithm>
#include <map>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoContainer{"E1026", "no task definition has a container `{}`"};

std::string star(std::string text) {
  std::replace(text.begin(), text.end(), kUnknownPart, '*');
  return text;
}

// Whether a secret's source tells which service it comes from.
bool tells(const Text& from) {
  if (!from.written || from.text.empty()) return false;
  if (from.text.find(":secretsmanager:") != std::string::npos || from.text.find(":ssm:") != std::string::npos)
    return true;
  return from.text[0] != kUnknownPart && !from.text.starts_with("{{") && !from.text.starts_with("arn:");
}

std::vector<TaskFile> read_all(const TaskInputs& inputs, Reading& reading) {
  std::vector<TaskFile> files;
  for (const std::string& path : inputs.task_definitions)
    files.push_back(read_task_file(FileKind::TaskDefinition, path, reading));
  for (const std::string& path : inputs.cloudformation)
    files.push_back(read_task_file(FileKind::CloudFormation, path, reading));
  for (const std::string& path : inputs.terraform_plans)
    files.push_back(read_task_file(FileKind::Terraform, path, reading));
  for (const std::string& path : inputs.modules) files.push_back(read_task_file(FileKind::Module, path, reading));
  return files;
}

// The role of a file that a task names: by reference, else by its name within the ARN.
const Role* role_of(const TaskFile& file, const std::string& id, const Text& arn) {
  for (const Role& r : file.roles) {
    if (!id.empty() && r.id == id) return &r;
  }
  if (!id.empty() || !arn.written) return nullptr;
  for (const Role& r : file.roles) {
    if (r.role_name.empty() || r.role_name.find(kUnknownPart) != std::string::npos) continue;
    if (arn.text == r.role_name || arn.text.ends_with("/" + r.role_name)) return &r;
  }
  return nullptr;
}

// What each role of a file is needed for, by all tasks that name it.
struct RoleUse {
  const Role* role;
  RoleKind kind;
  std::vector<Need> needs;
};

void add_needs(std::vector<RoleUse>& uses, const Role* role, RoleKind kind, std::vector<Need> needs) {
  if (role == nullptr) return;
  auto known =
      std::find_if(uses.begin(), uses.end(), [&](const RoleUse& u) { return u.role == role && u.kind == kind; });
  if (known == uses.end()) known = uses.insert(uses.end(), {role, kind, {}});
  known->needs.insert(known->needs.end(), std::make_move_iterator(needs.begin()), std::make_move_iterator(needs.end()));
}

}  // namespace

std::string TaskCheck::as_written(source::Span span, std::string_view value) const {
  std::string_view raw = sources.text(span);
  if (!raw.empty() && (raw.front() == '"' || raw.front() == '\''))
    return raw.front() + std::string(value) + raw.front();
  return std::string(value);
}

void add_use(const TaskDefinition& task, ExecutionUse& use) {
  for (const Container& x : task.containers) {
    std::string who = x.shown();
    if (x.image.written) use.images.push_back({star(x.image.text), x.image.span, who});
    for (const Variable& v : x.secrets) {
      if (tells(v.value)) use.secrets.push_back({v.name.text, star(v.value.text), "", v.value.span, who});
    }
    if (x.repository_credentials.written)
      use.repository_credentials.push_back(
          {"", star(x.repository_credentials.text), "", x.repository_credentials.span, who});
    for (const Text& f : x.environment_files) {
      if (f.has_text()) use.environment_files.push_back({f.text, f.span, who});
    }
    if (!x.log) continue;
    for (const Variable& v : x.log->secret_options) {
      if (tells(v.value)) use.secrets.push_back({v.name.text, star(v.value.text), "", v.value.span, who});
    }
    if (x.log->driver.text != "awslogs") continue;
    ExecutionUse::LogGroup g;
    g.driver = "awslogs";
    auto option = [&](std::string_view name) {
      const Option* o = x.log->find(name);
      return o == nullptr ? std::string() : o->value.text;
    };
    g.group = star(option("awslogs-group"));
    if (g.group.empty() || g.group.find("{{") != std::string::npos) g.group = "*";
    std::string region = option("awslogs-region");
    if (region.find(kUnknownPart) == std::string::npos && region.find("{{") == std::string::npos) g.region = region;
    std::string create = option("awslogs-create-group");
    g.create = create == "true" || create == "True" || create == "TRUE" || create == "1";
    g.span = x.log->span;
    g.who = who;
    // Containers of one task usually share a group.
    bool known = std::any_of(use.log_groups.begin(), use.log_groups.end(), [&](const ExecutionUse::LogGroup& other) {
      return other.group == g.group && other.region == g.region && other.create == g.create;
    });
    if (!known) use.log_groups.push_back(std::move(g));
  }
}

bool check_task_files(const TaskInputs& inputs, const check::Config* config, uint64_t config_bytes,
                      const RoleOptions& roles, ExecutionUse* use, source::Sources& sources, diag::Diagnostics& diags) {
  syntax::Tree tree;
  Reading reading{tree, sources, diags, roles.surroundings};
  const std::vector<TaskFile> files = read_all(inputs, reading);
  ExecutionUse together = check_read_files(files, tree, inputs, config, config_bytes, roles, sources, diags);
  if (use != nullptr) *use = std::move(together);
  return !reading.unreadable;
}

ExecutionUse check_read_files(const std::vector<TaskFile>& files, const syntax::Tree& tree, const TaskInputs& inputs,
                              const check::Config* config, uint64_t config_bytes, const RoleOptions& roles,
                              source::Sources& sources, diag::Diagnostics& diags) {
  bool any = false, named = false;
  for (const TaskFile& f : files) {
    for (const TaskDefinition& t : f.tasks) {
      any = any || find_collector(t, inputs, false, nullptr) != nullptr;
      named = named || !t.containers.empty();
    }
  }
  if (!inputs.container.empty() && !any && named)
    diags.emit(kNoContainer, {}, inputs.container).note("what concerns the collector was not checked");

  RoleOptions here = roles;
  for (const TaskFile& f : files)
    here.surroundings.log_groups.insert(here.surroundings.log_groups.end(), f.log_groups.begin(), f.log_groups.end());

  const check::Config* given = config;
  OwnConfigs own_configs(files, sources, diags);
  ExecutionUse together;
  together.log_groups_made = here.surroundings.log_groups;
  for (const TaskFile& file : files) {
    std::vector<RoleUse> role_uses;
    for (const TaskDefinition& task : file.tasks) {
      const Container* collector = find_collector(task, inputs, any, &diags);
      CollectorImage image = collector == nullptr ? CollectorImage() : collector_image(*collector, inputs.compiled);
      const check::Config* config = given;
      if (config == nullptr && collector != nullptr) config = own_configs.of(*collector, image);
      const std::vector<Listener> listening = config == nullptr ? std::vector<Listener>() : check::listeners(*config);
      TaskCheck c{task,    file,  collector,         config, config_bytes, listening, inputs, here.surroundings,
                  sources, diags, task.on_fargate(), image};
      check_fargate(c);
      check_size(c);
      check_images(c);
      check_role_arns(c);
      check_stock(c);
      check_health(c);
      check_endpoints(c);
      check_otel_names(c);
      check_mappings(c);
      check_given_config(c);
      check_order(c);
      check_environment(c);
      check_variables(c);
      check_parts(c);
      check_logs(c);
      check_hardening(c);
      check_stopping(c);

      ExecutionUse own;
      add_use(task, own);
      // On EC2 the instance's role pulls images and writes logs.
      if (c.fargate || task.launch_unknown()) add_use(task, together);
      add_needs(role_uses, role_of(file, task.execution_role_id, task.execution_role), RoleKind::Execution,
                execution_needs(own, here.surroundings));
      if (config != nullptr && collector != nullptr) {
        for (const Container& x : task.containers) {
          if (&x != collector) together.others.push_back(x.shown());
        }
        add_needs(role_uses, role_of(file, task.task_role_id, task.task_role), RoleKind::Task,
                  task_needs(*config, here.surroundings));
      }
    }
    check_placeholders(file, diags);
    check_stored_parameters(file, diags);
    for (const RoleUse& u : role_uses) {
      RoleDocuments documents = u.role->documents;
      documents.kind = u.kind;
      RoleOptions of_role = here;
      if (u.kind == RoleKind::Task) of_role.others = together.others;
      documents.name =
          std::string(u.kind == RoleKind::Task ? "the task role " : "the execution role ") + documents.name;
      check_role(documents, tree, u.needs, of_role, sources, diags);
    }
  }
  diags.move_places([&](source::Span span) { return own_configs.place(span); });
  return together;
}

std::optional<int64_t> stop_timeout(const TaskInputs& inputs) {
  syntax::Tree tree;
  source::Sources sources;
  diag::Diagnostics nobody;
  Surroundings surroundings;
  Reading reading{tree, sources, nobody, surroundings};
  std::optional<int64_t> least;
  for (const TaskFile& file : read_all(inputs, reading)) {
    for (const TaskDefinition& t : file.tasks) {
      const Container* c = find_collector(t, inputs, true, nullptr);
      if (c == nullptr || !c->stop_timeout.known) continue;
      least = std::min(least.value_or(c->stop_timeout.value), c->stop_timeout.value);
    }
  }
  return least;
}

}  // namespace whittle::aws::ecs
