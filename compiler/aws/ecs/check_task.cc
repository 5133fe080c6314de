// SPDX-License-Identifier: Apache-2.0
// All checks of all task definitions, one call a line.
#include "compiler/aws/ecs/check_task.h"

#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/files.h"
#include "compiler/aws/ecs/own_config.h"
#include "compiler/aws/iam/role.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoContainer{"E1026", "no task definition has a container `{}`"};

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

// The role of a file that a config's `role_arn` names.
const Role* role_with_arn(const TaskFile& file, const std::string& arn, const Surroundings& surroundings) {
  auto wanted = parse_arn(arn);
  if (!wanted || wanted->service != "iam") return nullptr;
  bool elsewhere = wanted->account.find('*') == std::string::npos && !surroundings.account.empty() &&
                   wanted->account != surroundings.account;
  const std::string name = wanted->resource.substr(wanted->resource.rfind('/') + 1);
  for (const Role& r : file.roles) {
    if (!r.arn.empty() && all_named(r.role_name) && as_needed(r.arn) == arn) return &r;
    bool known = !r.role_name.empty() && r.role_name.find(kUnknownPart) == std::string::npos;
    if (known && !elsewhere && r.role_name == name) return &r;
  }
  return nullptr;
}

// What each role of a file is needed for, by all tasks that name it.
struct RoleUse {
  const Role* role;
  RoleKind kind;
  std::vector<Need> needs;
  bool assumed = false;  // by task roles, as configs say
  std::vector<Taker> takers;
  std::vector<std::string> others;  // "container `app`": of tasks whose task role it is, beside the collector
  std::vector<Need> of_others;      // what it is needed for otherwise
  std::vector<std::string> unseen;  // ExecutionUse::unseen
  bool tell_unused = true;
};

RoleUse* add_needs(std::vector<RoleUse>& uses, const Role* role, RoleKind kind, std::vector<Need> needs,
                   bool assumed = false) {
  if (role == nullptr) return nullptr;
  auto known = std::find_if(uses.begin(), uses.end(),
                            [&](const RoleUse& u) { return u.role == role && u.kind == kind && u.assumed == assumed; });
  if (known == uses.end()) known = uses.insert(uses.end(), {role, kind, {}, assumed, {}, {}, {}, {}, true});
  known->needs.insert(known->needs.end(), std::make_move_iterator(needs.begin()), std::make_move_iterator(needs.end()));
  return &*known;
}

// Who calls AWS with a role as a task's own, of all tasks of a file.
struct Callers {
  std::vector<std::string> containers;  // that are no collectors
  bool known = true;                    // false: what some collector calls is not to be seen
};

// Names the other callers of each role. What a role is to ECS alone and to a task it is to both: nothing that either
// needs is allowed for nothing, and of what nobody can tell nothing is said.
void share(std::vector<RoleUse>& uses, const std::map<const Role*, Callers>& callers) {
  for (RoleUse& u : uses) {
    auto c = callers.find(u.role);
    if (u.assumed || c == callers.end()) continue;
    u.others = c->second.containers;
    u.tell_unused = u.kind == RoleKind::Task && c->second.known;
    if (u.kind != RoleKind::Task) continue;
    for (const RoleUse& other : uses) {
      if (other.role != u.role || other.kind == u.kind) continue;
      for (Need n : other.needs) {
        n.role = u.kind;
        u.of_others.push_back(std::move(n));
      }
      u.unseen.insert(u.unseen.end(), other.unseen.begin(), other.unseen.end());
    }
  }
}

// The roles of the same file that a task takes on, each with what is called as it. What their trust policies allow the
// task role, it need not be allowed again.
void add_assumed(std::vector<RoleUse>& uses, const TaskFile& file, const TaskDefinition& task, const Role* task_role,
                 std::vector<Need>& needs, const syntax::Tree& tree, const RoleOptions& options,
                 const source::Sources& sources) {
  for (Need& taking : needs) {
    if (taking.action != "sts:AssumeRole") continue;
    const Role* role = role_with_arn(file, taking.resource, options.surroundings);
    if (role == nullptr) continue;
    Taker taker{task_role != nullptr     ? as_needed(task_role->arn)
                : task.task_role.known() ? task.task_role.text
                                         : "",
                task_role != nullptr ? "the task role " + task_role->documents.name : "the task role", taking};
    if (!taker.arn.starts_with("arn:")) taker.arn = "arn:*:iam::*:role/*";
    taking.written = "${" + role->id + (role->id.find('.') == std::string::npos ? ".Arn}" : ".arn}");
    taking.allowed_by_resource =
        iam::needs_no_permission(iam::taken_by(role->documents, taker, tree, options, sources), taker);
    std::vector<Need> called;
    bool told = std::any_of(uses.begin(), uses.end(), [&](const RoleUse& u) {
      return u.role == role && std::any_of(u.takers.begin(), u.takers.end(), [&](const Taker& t) {
               return t.arn == taker.arn && t.need.external_id == taking.external_id;
             });
    });
    for (const Need& n : needs) {
      if (told || n.assumed_role != taking.resource) continue;
      called.push_back(n);
      called.back().assumed_role.clear();
    }
    RoleUse* use = add_needs(uses, role, RoleKind::Task, std::move(called), true);
    if (!told) use->takers.push_back(std::move(taker));
  }
}

}  // namespace

// What was written once for several is wrong for each of them, and told of the first.
static void tell_once(const std::vector<TaskFile>& files, diag::Diagnostics& diags) {
  std::set<source::FileId> repeating;
  for (const TaskFile& f : files) {
    for (const TaskDefinition& t : f.tasks) {
      if (f.repeats) repeating.insert(t.span.file);
    }
  }
  if (repeating.empty()) return;
  std::set<std::tuple<std::string_view, source::FileId, uint32_t, uint32_t>> told;
  diags.remove([&](const diag::Diagnostic& d) {
    return d.span && repeating.contains(d.span.file) &&
           !told.insert({d.code, d.span.file, d.span.begin, d.span.end}).second;
  });
}

std::string TaskCheck::as_written(source::Span span, std::string_view value) const {
  std::string_view raw = sources.text(span);
  if (!raw.empty() && (raw.front() == '"' || raw.front() == '\''))
    return raw.front() + std::string(value) + raw.front();
  return std::string(value);
}

// The services that ECS may ask for what is not to be seen of a task.
static void add_unseen(const TaskDefinition& task, std::vector<std::string>& out) {
  auto add = [&](bool open, std::initializer_list<std::string_view> services) {
    for (std::string_view s : services) {
      if (open && std::find(out.begin(), out.end(), s) == out.end()) out.emplace_back(s);
    }
  };
  auto hidden = [](const Text& t) {
    return t.written && (t.text.empty() || t.text[0] == kUnknownPart || t.text.starts_with("{{"));
  };
  auto any_hidden = [](const std::vector<Variable>& list) {
    return std::any_of(list.begin(), list.end(), [](const Variable& v) { return !tells(v.value); });
  };
  add(!task.containers_known, {"ecr", "ssm", "secretsmanager", "kms", "s3", "logs"});
  for (const Container& x : task.containers) {
    add(hidden(x.image), {"ecr"});
    add(!x.secrets_known || any_hidden(x.secrets), {"ssm", "secretsmanager", "kms"});
    add(hidden(x.repository_credentials), {"ssm", "secretsmanager", "kms"});
    add(std::any_of(x.environment_files.begin(), x.environment_files.end(), hidden), {"s3"});
    add(!x.log_known || (x.log && (!x.log->known || hidden(x.log->driver))), {"logs", "ssm", "secretsmanager", "kms"});
    add(x.log && any_hidden(x.log->secret_options), {"ssm", "secretsmanager", "kms"});
  }
}

void add_use(const TaskDefinition& task, ExecutionUse& use) {
  add_unseen(task, use.unseen);
  for (const Container& x : task.containers) {
    std::string who = x.shown();
    if (x.image.written) use.images.push_back({as_needed(x.image.text), x.image.span, who});
    for (const Variable& v : x.secrets) {
      if (tells(v.value)) use.secrets.push_back({v.name.text, as_needed(v.value.text), "", v.value.span, who});
    }
    if (x.repository_credentials.written)
      use.repository_credentials.push_back(
          {"", as_needed(x.repository_credentials.text), "", x.repository_credentials.span, who});
    for (const Text& f : x.environment_files) {
      if (f.has_text()) use.environment_files.push_back({f.text, f.span, who});
    }
    if (!x.log) continue;
    for (const Variable& v : x.log->secret_options) {
      if (tells(v.value)) use.secrets.push_back({v.name.text, as_needed(v.value.text), "", v.value.span, who});
    }
    if (x.log->driver.text != "awslogs") continue;
    ExecutionUse::LogGroup g;
    g.driver = "awslogs";
    auto option = [&](std::string_view name) {
      const Option* o = x.log->find(name);
      return o == nullptr ? std::string() : o->value.text;
    };
    g.group = as_needed(option("awslogs-group"));
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
  std::vector<RoleDocuments::Scp> scps = iam::read_scps(roles.scps, sources, tree, diags, reading.unreadable);
  ExecutionUse together = check_read_files(files, tree, inputs, config, config_bytes, roles, scps, sources, diags);
  if (use != nullptr) *use = std::move(together);
  return !reading.unreadable;
}

static void check_everything(TaskCheck& c) {
  check_fargate(c);
  check_size(c);
  check_memory_caps(c);
  check_images(c);
  check_role_arns(c);
  check_stock(c);
  check_health(c);
  check_endpoints(c);
  check_otel_names(c);
  check_otel_values(c);
  check_mappings(c);
  check_given_config(c);
  check_order(c);
  check_environment(c);
  check_variables(c);
  check_parts(c);
  check_logs(c);
  check_files_of_others(c);
  check_hardening(c);
  check_stopping(c);
}

// A template's or plan's own role, held against what its tasks need of it.
static void check_role_use(const RoleUse& u, const RoleOptions& options, const std::vector<RoleDocuments::Scp>& scps,
                           const syntax::Tree& tree, source::Sources& sources, diag::Diagnostics& diags) {
  RoleDocuments documents = u.role->documents;
  documents.kind = u.kind;
  documents.arn = as_needed(u.role->arn);
  documents.takers = u.takers;
  documents.scps = scps;
  RoleOptions of_role = options;
  // Who else takes it on is not to be seen.
  if (u.assumed || !u.tell_unused) of_role.tell_unused = false;
  of_role.others = u.others;
  of_role.unseen = u.unseen;
  of_role.of_others.insert(of_role.of_others.end(), u.of_others.begin(), u.of_others.end());
  documents.name = (u.assumed                  ? "the role "
                    : u.kind == RoleKind::Task ? "the task role "
                                               : "the execution role ") +
                   documents.name;
  check_role(documents, tree, u.needs, of_role, sources, diags);
}

ExecutionUse check_read_files(const std::vector<TaskFile>& files, const syntax::Tree& tree, const TaskInputs& inputs,
                              const check::Config* config, uint64_t config_bytes, const RoleOptions& roles,
                              const std::vector<RoleDocuments::Scp>& scps, source::Sources& sources,
                              diag::Diagnostics& diags) {
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
    std::map<const Role*, Callers> callers;
    for (const TaskDefinition& task : file.tasks) {
      const Container* collector = find_collector(task, inputs, any, &diags);
      CollectorImage image = collector == nullptr ? CollectorImage() : collector_image(*collector, inputs.compiled);
      const check::Config* config = given;
      if (config == nullptr && collector != nullptr) config = own_configs.of(*collector, image);
      if (config != nullptr && config->open) config = nullptr;  // where it listens is not to be seen
      const std::vector<Listener> listening = config == nullptr ? std::vector<Listener>() : check::listeners(*config);
      TaskCheck c{task,    file,  collector,         config, config_bytes, listening, inputs, here.surroundings,
                  sources, diags, task.on_fargate(), image};
      check_everything(c);

      ExecutionUse own;
      add_use(task, own);
      // On EC2 the instance's role pulls images and writes logs.
      if (c.fargate || task.launch_unknown()) add_use(task, together);
      RoleUse* started = add_needs(role_uses, role_of(file, task.execution_role_id, task.execution_role),
                                   RoleKind::Execution, execution_needs(own, here.surroundings));
      if (started != nullptr) started->unseen.insert(started->unseen.end(), own.unseen.begin(), own.unseen.end());
      const Role* role = role_of(file, task.task_role_id, task.task_role);
      if (role != nullptr) {
        Callers& calling = callers[role];
        if (collector != nullptr && config == nullptr) calling.known = false;
        for (const Container& x : task.containers) {
          const std::string who = x.shown();
          const bool told =
              std::find(calling.containers.begin(), calling.containers.end(), who) != calling.containers.end();
          if (&x != collector && !told) calling.containers.push_back(who);
        }
      }
      if (config != nullptr && collector != nullptr) {
        for (const Container& x : task.containers) {
          if (&x != collector) together.others.push_back(x.shown());
        }
        together.task_role = task.task_role.known() ? task.task_role.text : "";
        std::vector<Need> needs = task_needs(*config, here.surroundings);
        add_assumed(role_uses, file, task, role, needs, tree, here, sources);
        add_needs(role_uses, role, RoleKind::Task, std::move(needs));
      }
    }
    together.roles_seen = together.roles_seen || !role_uses.empty();
    check_placeholders(file, diags);
    check_stored_parameters(file, diags);
    share(role_uses, callers);
    for (const RoleUse& u : role_uses) check_role_use(u, here, scps, tree, sources, diags);
  }
  tell_once(files, diags);
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
