// SPDX-License-Identifier: Apache-2.0
// An ECS task definition as plain data, with the place of everything in it. JSON task definitions, CloudFormation
// templates and Terraform plans all become this one form, and the checks know no other.
//
// Names and meanings are those of the ECS API (RegisterTaskDefinition, CreateService).
#pragma once

#include "compiler/aws/roles.h"
#include "compiler/source/span.h"
#include "compiler/syntax/yaml.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::ecs {

// A text, as far as it is known before deploying.
struct Text {
  bool written = false;
  std::string text;   // kUnknownPart stands for what is not known
  source::Span span;  // of the value
  source::Span key;   // of its key, if it has one

  // Every letter of it is known: no unknown part, and no {{placeholder}} that somebody forgot.
  bool known() const;
  // Known and not empty.
  bool has_text() const { return known() && !text.empty(); }
};

struct Number {
  bool written = false;
  bool known = false;
  int64_t value = 0;
  std::string text;  // as written
  source::Span span;
};

struct Flag {
  bool written = false;
  bool known = false;
  bool value = false;
  source::Span span;
};

struct Texts {
  bool written = false;
  bool known = true;  // false: the list, or how long it is, cannot be known
  std::vector<Text> items;
  source::Span span;
};

struct Variable {
  Text name;
  Text value;             // of a secret: valueFrom
  std::string refers_to;  // of a template: the resource that `valueFrom` stands for; empty: none is known
  source::Span span;      // of the whole entry
};

struct PortMapping {
  Number container_port, host_port;
  Text protocol;  // tcp unless written
  Text range;     // containerPortRange
  source::Span span;
};

struct HealthCheck {
  Texts command;
  Number interval, timeout, retries, start_period;
  source::Span span;
};

struct Dependency {
  Text container, condition;
  source::Span span;
};

struct Option {
  std::string key;
  source::Span key_span;
  Text value;
};

struct LogConfiguration {
  Text driver;
  std::vector<Option> options;
  std::vector<Variable> secret_options;
  bool known = true;  // false: options may be there that are not to be seen
  source::Span span;

  const Option* find(std::string_view key) const;
};

// A parameter that is there and that only some launch types take.
struct Parameter {
  std::string name;  // as the API spells it: "privileged"
  source::Span span;
};

struct Mount {
  Text volume;  // its name
  Text path;    // in the container
  Flag read_only;
};

struct Volume {
  Text name;
  bool outlives = false;  // its files are there before and after the task: EFS, FSx, a folder of the host
};

struct Container {
  source::Span span;  // of the name if there is one, else of the container's definition
  Text name, image, user;
  Number cpu, memory, memory_reservation, stop_timeout, start_timeout;
  Flag essential, readonly_root;
  Flag restarts;  // `enabled` of `restartPolicy`
  Texts command, entry_point, links, add_capabilities, drop_capabilities;
  std::vector<Variable> environment, secrets;
  source::Span environment_key, secrets_key, health_key;
  std::vector<Text> environment_files;  // ARNs
  bool environment_known = true;        // false: environment files, or entries that cannot be known
  bool secrets_known = true;            // false: there may be others
  std::vector<PortMapping> ports;
  source::Span ports_key;
  std::optional<HealthCheck> health;
  bool health_known = true;
  std::vector<Dependency> depends_on;
  std::vector<Mount> mounts;
  bool mounts_known = true;  // false: there may be others
  std::optional<LogConfiguration> log;
  bool log_known = true;
  Text repository_credentials;
  std::vector<Text> volumes_from;  // containers
  bool firelens = false;           // it routes the others' logs
  source::Span firelens_key;
  std::vector<Parameter> restricted;  // parameters that Fargate does not take

  bool is_essential() const { return !essential.written || !essential.known || essential.value; }
  // "container `app`"
  std::string shown() const;
  const Variable* variable(std::string_view name) const;  // of the environment
  const Variable* secret(std::string_view name) const;
};

struct Service {
  std::string name;  // for messages
  Text task_definition, launch_type, platform_version;
  Texts capacity_providers;
  std::string refers_to;  // the task definition's name in the template or plan; empty: by its text
  source::Span span;
};

struct TaskDefinition {
  std::string name;   // for messages: its family, or its name in the template
  std::string id;     // in a template or plan, "" otherwise
  source::Span span;  // of something that stands for the whole of it
  Text family, network_mode, task_role, execution_role, cpu_architecture, operating_system, pid_mode;
  std::string task_role_id, execution_role_id;  // roles of the same template or plan
  Texts compatibilities;
  Number cpu, memory;  // in CPU units and MiB, however they were written
  std::vector<Container> containers;
  bool containers_known = true;
  std::vector<Volume> volumes;
  bool volumes_known = true;  // false: there may be others
  std::vector<Parameter> restricted;
  std::vector<Service> services;
  bool parts_only = false;  // only its containers are to be seen

  // Some task of it will run on Fargate, as far as anybody says.
  bool on_fargate() const;
  // Nobody says where it will run.
  bool launch_unknown() const;
  bool awsvpc() const { return network_mode.text == "awsvpc"; }
  const Container* find(std::string_view container) const;
};

// A role, or a policy that is attached to one, of a template or plan.
struct Role {
  std::string id;         // in the template or plan
  std::string role_name;  // RoleName, may hold kUnknownPart; empty: generated
  std::string arn;        // may hold kUnknownPart; empty: not known
  RoleDocuments documents;
};

// A parameter whose value stands in a template or plan.
struct StoredParameter {
  std::string id;  // in the template; empty: not known
  Text name, value, tier;
  source::Span span;
};

// All that one file holds.
struct TaskFile {
  std::string path;
  std::vector<TaskDefinition> tasks;
  std::vector<Role> roles;
  std::vector<StoredParameter> parameters;
  bool repeats = false;                 // some of it was written once for several
  std::vector<std::string> log_groups;  // names of those that it creates, as far as they are known
};

}  // namespace whittle::aws::ecs
