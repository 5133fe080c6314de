// SPDX-License-Identifier: Apache-2.0
// The sidecar in the five formats. JSON is the container definition alone, to be put beside the application's, or a
// whole task definition; CloudFormation is a whole template; Terraform the container as a local value, or a whole task
// definition; CDK a function that adds the container to any task definition; compose a service for trying it without
// AWS.
#include "compiler/aws/ecs/taskdef.h"

#include "compiler/aws/ecs/checks.h"
#include "compiler/source/json.h"
#include "compiler/source/letters.h"

#include <algorithm>

namespace whittle::aws::ecs {

namespace {

// "API_URL" -> "ApiUrl" (and "apiUrl").
std::string camel(std::string_view name, bool first_large) {
  std::string out;
  bool large = first_large;
  for (char c : name) {
    if (c == '_' || c == '-' || c == '.' || c == '/') {
      large = large || !out.empty();
      continue;
    }
    const char low = source::small_letter(c);
    out += large && low >= 'a' && low <= 'z' ? static_cast<char>(low - 'a' + 'A') : low;
    large = false;
  }
  return out;
}

std::string small(std::string_view name) {
  std::string out;
  for (char c : name) out += c == '-' || c == '.' || c == '/' ? '_' : source::small_letter(c);
  return out;
}

bool is_env(const std::string& reference) {
  return reference.starts_with("env:");
}

// The variables that are filled in when deploying, by name.
std::vector<std::string> open_variables(const Sidecar& s) {
  std::vector<std::string> out;
  for (const auto& [name, value] : s.environment) {
    if (has_reference(value)) out.push_back(name);
  }
  return out;
}

// Each value that is not known is a placeholder that `whittle check` finds.
std::string json_text(const std::string& text) {
  std::string out;
  for (const Part& p : parts(text))
    out += p.reference ? "{{" + (is_env(p.text) ? p.text.substr(4) : p.text) + "}}" : p.text;
  return source::json_quote(out);
}

Shape application(const Sidecar& s, const TaskdefOptions& options) {
  Shape app = Shape::map();
  app.add("name", "app")
      .add("image", options.app_image.empty() ? reference("app_image") : options.app_image)
      .add("essential", true);
  app.add(
      "dependsOn",
      Shape::list({Shape::map({{"containerName", s.deployment.name}, {"condition", s.health ? "HEALTHY" : "START"}})}));
  if (!s.endpoint.empty()) {
    Shape env = Shape::list();
    auto add = [&](std::string name, std::string value) {
      env.items.push_back(Shape::map({{"name", std::move(name)}, {"value", std::move(value)}}));
    };
    add("OTEL_SERVICE_NAME", "app");
    add("OTEL_EXPORTER_OTLP_ENDPOINT", s.endpoint);
    add("OTEL_EXPORTER_OTLP_PROTOCOL", s.protocol);
    for (const std::string& off : s.signals_off) add(off, "none");
    app.add("environment", env);
  }
  // Sockets are files: both containers must see them.
  if (!s.shared.empty()) {
    Shape mounts = Shape::list();
    for (size_t i : s.shared)
      mounts.items.push_back(Shape::map({{"sourceVolume", volume_name(i)}, {"containerPath", s.folders[i]}}));
    app.add("mountPoints", mounts);
  }
  Shape log = Shape::map(
      {{"awslogs-group", s.deployment.log_group}, {"awslogs-region", s.region}, {"awslogs-stream-prefix", "app"}});
  app.add("logConfiguration", Shape::map({{"logDriver", "awslogs"}, {"options", log}}));
  return app;
}

// Room for the sidecar and as much again as the smallest task. `whittle taskdef` has seen to it that there is one.
std::pair<int64_t, int64_t> task_size(const Sidecar& s) {
  return fargate_size(s.cpu + kApplicationCpu, s.memory + kApplicationMemory).value_or(std::pair(16384, 122880));
}

std::string processor(const Sidecar& s) {
  return s.deployment.target == "aarch64" || s.deployment.target == "arm64" ? "ARM64" : "X86_64";
}

// The volumes of the task that the collector writes to.
Shape volumes(const Sidecar& s, const char* name) {
  Shape list = Shape::list();
  for (size_t i = 0; i < s.folders.size(); ++i) list.items.push_back(Shape::map({{name, volume_name(i)}}));
  return list;
}

std::string json(const Sidecar& s, const TaskdefOptions& options) {
  if (!options.whole_task) return print_json(container_of(s), json_text) + "\n";
  auto [cpu, memory] = task_size(s);
  std::string arn =
      "arn:" + std::string(s.deployment.surroundings.partition.empty() ? "aws" : s.deployment.surroundings.partition) +
      ":iam::" + s.account + ":role/";
  Shape task = Shape::map();
  task.add("family", "app").add("networkMode", "awsvpc").add("requiresCompatibilities", Shape::list({"FARGATE"}));
  task.add("runtimePlatform", Shape::map({{"cpuArchitecture", processor(s)}, {"operatingSystemFamily", "LINUX"}}));
  task.add("cpu", std::to_string(cpu)).add("memory", std::to_string(memory));
  task.add("executionRoleArn", arn + "app-execution");
  if (s.calls_aws) task.add("taskRoleArn", arn + "app-task");
  task.add("containerDefinitions", Shape::list({application(s, options), container_of(s)}));
  if (!s.folders.empty()) task.add("volumes", volumes(s, "name"));
  return print_json(task, json_text) + "\n";
}

// ---- CloudFormation

std::string cloudformation_text(const std::string& text) {
  std::vector<Part> all = parts(text);
  auto name = [](const std::string& r) {
    return r == "account"  ? std::string("AWS::AccountId")
           : r == "region" ? std::string("AWS::Region")
                           : camel(is_env(r) ? r.substr(4) : r, true);
  };
  if (all.size() == 1 && all[0].reference) {
    if (all[0].text == "task_role" || all[0].text == "execution_role")
      return "!Ref " + camel(all[0].text, true) + "Arn";
    return "!Ref " + name(all[0].text);
  }
  if (!has_reference(text)) return source::json_quote(text);
  std::string out;
  for (const Part& p : all) {
    if (p.reference) {
      out += "${" + name(p.text) + "}";
      continue;
    }
    for (size_t i = 0; i < p.text.size(); ++i) {
      out += p.text[i];
      if (p.text[i] == '$' && i + 1 < p.text.size() && p.text[i + 1] == '{') out += "{!", ++i;
    }
  }
  return "!Sub " + source::json_quote(out);
}

std::string cloudformation(const Sidecar& given, const TaskdefOptions& options) {
  Sidecar s = given;
  auto [cpu, memory] = task_size(s);
  s.region = reference("region");  // the stack's own, whatever the config says
  std::string group = s.deployment.log_group;
  s.deployment.log_group = reference("log_group");
  Shape parameters = Shape::map();
  auto parameter = [&](std::string name, std::string about) {
    parameters.add(std::move(name), Shape::map({{"Type", "String"}, {"Description", std::move(about)}}));
  };
  if (options.app_image.empty()) parameter("AppImage", "The application's image, with its tag or digest");
  parameter("ExecutionRoleArn", "The role that ECS itself uses; whittle iam prints its policy");
  if (s.calls_aws) parameter("TaskRoleArn", "The role that the collector uses; whittle iam prints its policy");
  for (const std::string& v : open_variables(s))
    parameter(camel(v, true), "The value of " + v + " in the collector's container");

  Shape properties = Shape::map();
  properties.add("Family", "app").add("NetworkMode", "awsvpc").add("RequiresCompatibilities", Shape::list({"FARGATE"}));
  properties.add("RuntimePlatform",
                 Shape::map({{"CpuArchitecture", processor(s)}, {"OperatingSystemFamily", "LINUX"}}));
  properties.add("Cpu", std::to_string(cpu)).add("Memory", std::to_string(memory));
  properties.add("ExecutionRoleArn", reference("execution_role"));
  if (s.calls_aws) properties.add("TaskRoleArn", reference("task_role"));
  properties.add("ContainerDefinitions", pascal(Shape::list({application(s, options), container_of(s)}), {"options"}));
  if (!s.folders.empty()) properties.add("Volumes", volumes(s, "Name"));
  Shape log_group =
      Shape::map({{"Type", "AWS::Logs::LogGroup"},
                  {"Properties", Shape::map({{"LogGroupName", group}, {"RetentionInDays", int64_t{30}}})}});
  Shape resources =
      Shape::map({{"LogGroup", log_group},
                  {"TaskDefinition", Shape::map({{"Type", "AWS::ECS::TaskDefinition"}, {"Properties", properties}})}});
  Shape file = Shape::map({{"AWSTemplateFormatVersion", "2010-09-09"},
                           {"Description", "An application with a compiled OpenTelemetry collector beside it"}});
  file.add("Parameters", parameters).add("Resources", resources);
  return print_yaml(file, cloudformation_text);
}

// ---- Terraform

std::string terraform_text(const std::string& text) {
  auto name = [](const std::string& r) {
    return r == "account"                              ? std::string("data.aws_caller_identity.current.account_id")
           : r == "region"                             ? std::string("var.region")
           : r == "log_group"                          ? std::string("aws_cloudwatch_log_group.collector.name")
           : r == "task_role" || r == "execution_role" ? "var." + r + "_arn"
                                                       : "var." + small(is_env(r) ? r.substr(4) : r);
  };
  std::vector<Part> all = parts(text);
  if (all.size() == 1 && all[0].reference) return name(all[0].text);
  std::string out;
  for (const Part& p : all) {
    if (p.reference) {
      out += "${" + name(p.text) + "}";
      continue;
    }
    std::string quoted = source::json_quote(p.text);
    quoted = quoted.substr(1, quoted.size() - 2);
    for (size_t i = 0; i < quoted.size(); ++i) {  // template sequences are escaped by doubling their first letter
      bool sequence = (quoted[i] == '$' || quoted[i] == '%') && i + 1 < quoted.size() && quoted[i + 1] == '{';
      out += sequence ? std::string(2, quoted[i]) : std::string(1, quoted[i]);
    }
  }
  return "\"" + out + "\"";
}

std::string terraform(const Sidecar& given, const TaskdefOptions& options) {
  Sidecar s = given;
  std::string group = s.deployment.log_group;
  s.deployment.log_group = reference("log_group");
  Shape container = container_of(s), app = application(s, options);
  bool account = false, region = false;
  auto look = [&](auto&& self, const Shape& x) -> void {
    account = account || x.text.find(reference("account")) != std::string::npos;
    region = region || x.text.find(reference("region")) != std::string::npos;
    for (const Shape& i : x.items) self(self, i);
    for (const auto& m : x.members) self(self, m.second);
  };
  look(look, container);
  std::string out;
  auto variable = [&](const std::string& name, const std::string& about) {
    out += "variable \"" + name + "\" {\n  description = \"" + about + "\"\n  type        = string\n}\n\n";
  };
  if (account) out += "data \"aws_caller_identity\" \"current\" {}\n\n";
  if (region) variable("region", "The region that the task runs in");
  for (const std::string& v : open_variables(s))
    variable(small(v), "The value of " + v + " in the collector's container");
  if (options.whole_task) {
    if (options.app_image.empty()) variable("app_image", "The application's image, with its tag or digest");
    variable("execution_role_arn", "The role that ECS itself uses; whittle iam prints its policy");
    if (s.calls_aws) variable("task_role_arn", "The role that the collector uses; whittle iam prints its policy");
  }
  out += "resource \"aws_cloudwatch_log_group\" \"collector\" {\n  name              = " + terraform_text(group) +
         "\n  retention_in_days = 30\n}\n\n";
  out += "locals {\n";
  if (!options.whole_task)
    out +=
        "  # Put it beside the application's in `container_definitions = jsonencode([local.app, local.collector])`.\n";
  out += "  collector = " + print_hcl(container, terraform_text, 2) + "\n";
  if (options.whole_task) out += "\n  app = " + print_hcl(app, terraform_text, 2) + "\n";
  out += "}\n";
  if (!options.whole_task) return out;
  auto [cpu, memory] = task_size(s);
  out += "\nresource \"aws_ecs_task_definition\" \"app\" {\n  family                   = \"app\"\n  network_mode       "
         "      = \"awsvpc\"\n"
         "  requires_compatibilities = [\"FARGATE\"]\n  cpu                      = \"" +
         std::to_string(cpu) + "\"\n  memory                   = \"" + std::to_string(memory) +
         "\"\n  execution_role_arn       = var.execution_role_arn\n";
  if (s.calls_aws) out += "  task_role_arn            = var.task_role_arn\n";
  out += "  container_definitions    = jsonencode([local.app, local.collector])\n\n  runtime_platform {\n    "
         "cpu_architecture        = \"" +
         processor(s) + "\"\n    operating_system_family = \"LINUX\"\n  }\n";
  for (size_t i = 0; i < s.folders.size(); ++i) out += "\n  volume {\n    name = \"" + volume_name(i) + "\"\n  }\n";
  out += "}\n";
  return out;
}

// ---- CDK

std::string cdk_text(const std::string& text) {
  if (!has_reference(text)) return source::json_quote(text);
  auto name = [](const std::string& r) {
    return r == "account"  ? std::string("Aws.ACCOUNT_ID")
           : r == "region" ? std::string("Aws.REGION")
                           : "values." + camel(is_env(r) ? r.substr(4) : r, false);
  };
  std::vector<Part> all = parts(text);
  if (all.size() == 1) return name(all[0].text);
  std::string out = "`";
  for (const Part& p : all) {
    if (p.reference) {
      out += "${" + name(p.text) + "}";
      continue;
    }
    for (char c : p.text) {
      if (c == '`' || c == '\\' || c == '$') out += '\\';
      out += c;
    }
  }
  return out + "`";
}

std::string cdk_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& t : texts) out += (out.empty() ? "" : ", ") + cdk_text(t);
  return "[" + out + "]";
}

std::string cdk(const Sidecar& s) {
  std::vector<std::string> open = open_variables(s);
  bool ssm = false, manager = false;
  for (const auto& [name, from] : s.secrets)
    (from.find(":secretsmanager:") != std::string::npos ? manager : ssm) = true;
  std::string libraries =
      "Duration, " + std::string(s.own_tag.empty() ? "" : "aws_ecr as ecr, ") + "aws_ecs as ecs, aws_logs as logs";
  if (manager) libraries += ", aws_secretsmanager as secretsmanager";
  if (ssm) libraries += ", aws_ssm as ssm";
  std::string out = "import { " + libraries + " } from \"aws-cdk-lib\";\n\n";
  if (!open.empty()) {
    out += "export interface CollectorValues {\n";
    for (const std::string& v : open)
      out += "  /** The value of " + v + " in the collector's container. */\n  readonly " + camel(v, false) +
             ": string;\n";
    out += "}\n\n";
  }
  out += "/** Adds the collector to a Fargate task definition; `app.addContainerDependencies` makes the application "
         "wait for it. */\n";
  out += "export function addCollector(task: ecs.TaskDefinition" +
         std::string(open.empty() ? "" : ", values: CollectorValues") + "): ecs.ContainerDefinition {\n";
  out += "  const logGroup = new logs.LogGroup(task, \"CollectorLogs\", {\n    logGroupName: " +
         cdk_text(s.deployment.log_group) + ",\n    retention: logs.RetentionDays.ONE_MONTH,\n  });\n";
  if (!s.stock)
    out += "  const linuxParameters = new ecs.LinuxParameters(task, \"CollectorLinuxParameters\");\n  "
           "linuxParameters.dropCapabilities(ecs.Capability.ALL);\n";
  // From a repository of the account, which CDK lets the execution role pull from.
  std::string image =
      s.own_tag.empty()
          ? "ecs.ContainerImage.fromRegistry(" + cdk_text(s.image) + ")"
          : "ecs.ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(task, \"CollectorRepository\", " +
                cdk_text(s.deployment.name) + "), " + cdk_text(s.own_tag) + ")";
  for (size_t i = 0; i < s.folders.size(); ++i) out += "  task.addVolume({ name: \"" + volume_name(i) + "\" });\n";
  out += std::string(s.folders.empty() ? "  return" : "  const collector =") +
         " task.addContainer(\"Collector\", {\n    containerName: " + cdk_text(s.deployment.name) +
         ",\n    image: " + image + ",\n";
  out += "    essential: false,\n    cpu: " + std::to_string(s.cpu) +
         ",\n    memoryLimitMiB: " + std::to_string(s.memory) + ",\n";
  if (!s.stock) out += "    user: \"4317\",\n    readonlyRootFilesystem: true,\n    linuxParameters,\n";
  if (!s.command.empty()) out += "    command: " + cdk_list(s.command) + ",\n";
  if (!s.ports.empty()) {
    out += "    portMappings: [";
    for (size_t i = 0; i < s.ports.size(); ++i)
      out += std::string(i == 0 ? "" : ", ") + "{ containerPort: " + std::to_string(s.ports[i].number) +
             (s.ports[i].udp ? ", protocol: ecs.Protocol.UDP }" : " }");
    out += "],\n";
  }
  if (s.health)
    out += "    healthCheck: {\n      command: " + cdk_list(s.health_command) +
           ",\n      interval: Duration.seconds(10),\n      timeout: Duration.seconds(5),\n      retries: 3,\n"
           "      startPeriod: Duration.seconds(5),\n    },\n";
  out += "    stopTimeout: Duration.seconds(" + std::to_string(s.stop_timeout) + "),\n";
  if (!s.environment.empty()) {
    out += "    environment: {\n";
    for (const auto& [name, value] : s.environment) out += "      " + name + ": " + cdk_text(value) + ",\n";
    out += "    },\n";
  }
  if (!s.secrets.empty()) {
    out += "    secrets: {\n";
    for (const auto& [name, from] : s.secrets) {
      std::string id = source::json_quote("Collector" + camel(name, true));
      out += "      " + name + ": ";
      if (from.find(":secretsmanager:") != std::string::npos)
        out += "ecs.Secret.fromSecretsManager(secretsmanager.Secret.fromSecretCompleteArn(task, " + id + ", " +
               cdk_text(from) + ")),\n";
      else if (from.starts_with("arn:"))
        out += "ecs.Secret.fromSsmParameter(ssm.StringParameter.fromStringParameterArn(task, " + id + ", " +
               cdk_text(from) + ")),\n";
      else
        out += "ecs.Secret.fromSsmParameter(ssm.StringParameter.fromSecureStringParameterAttributes(task, " + id +
               ", { parameterName: " + cdk_text(from) + " })),\n";
    }
    out += "    },\n";
  }
  out +=
      "    logging: ecs.LogDrivers.awsLogs({ logGroup, streamPrefix: " + cdk_text(s.deployment.name) + " }),\n  });\n";
  for (size_t i = 0; i < s.folders.size(); ++i)
    out += "  collector.addMountPoints({ sourceVolume: \"" + volume_name(i) +
           "\", containerPath: " + cdk_text(s.folders[i]) + ", readOnly: false });\n";
  if (!s.folders.empty()) out += "  return collector;\n";
  out += "}\n";
  return out;
}

// ---- compose

std::string compose_text(const std::string& text) {
  std::string out;
  for (const Part& p : parts(text)) {
    if (p.reference) {
      std::string name = is_env(p.text) ? p.text.substr(4) : p.text;
      // Keys of a person come without a session.
      out += "${" + name + (name == "AWS_SESSION_TOKEN" ? ":-}" : ":?set " + name + "}");
      continue;
    }
    for (char c : p.text) out += c == '$' ? "$$" : std::string(1, c);
  }
  return source::json_quote(out);
}

std::string compose(const Sidecar& s) {
  Shape c = Shape::map();
  c.add("image", s.image);
  if (!s.stock) c.add("user", "4317").add("read_only", true).add("cap_drop", Shape::list({"ALL"}));
  if (!s.command.empty()) c.add("command", words(s.command));
  c.add("mem_limit", std::to_string(s.memory) + "m").add("stop_grace_period", std::to_string(s.stop_timeout) + "s");
  if (!s.ports.empty()) {
    Shape ports = Shape::list();
    for (const Sidecar::Port& p : s.ports)
      ports.items.push_back("127.0.0.1:" + std::to_string(p.number) + ":" + std::to_string(p.number) +
                            (p.udp ? "/udp" : ""));
    c.add("ports", ports);
  }
  if (!s.folders.empty()) {
    Shape mounts = Shape::list();
    for (size_t i = 0; i < s.folders.size(); ++i) mounts.items.push_back(volume_name(i) + ":" + s.folders[i]);
    c.add("volumes", mounts);
  }
  if (s.health) {
    Shape health = Shape::map({{"test", words(s.health_command)}});
    health.add("interval", "10s").add("timeout", "5s").add("retries", int64_t{3}).add("start_period", "5s");
    c.add("healthcheck", health);
  }
  Shape environment = Shape::map();
  for (const auto& [name, value] : s.environment) environment.add(name, value);
  for (const auto& [name, from] : s.secrets) environment.add(name, reference("env:" + name));
  if (s.needs_metadata)
    environment.add("ECS_CONTAINER_METADATA_URI_V4", reference("env:ECS_CONTAINER_METADATA_URI_V4"));
  if (s.calls_aws) {
    for (const char* name : {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
      environment.add(name, reference(std::string("env:") + name));
  }
  if (!environment.members.empty()) c.add("environment", environment);
  std::string out = "# For trying the collector on this machine.";
  if (s.needs_metadata) out += " It reads the metadata of an ECS task: `whittle try` simulates one.";
  Shape file = Shape::map({{"services", Shape::map({{s.deployment.name, c}})}});
  if (!s.folders.empty()) {
    Shape named = Shape::map();
    for (size_t i = 0; i < s.folders.size(); ++i) named.add(volume_name(i), Shape::map());
    file.add("volumes", named);
  }
  return out + "\n" + print_yaml(file, compose_text);
}

}  // namespace

std::string taskdef(const Sidecar& s, const TaskdefOptions& options) {
  switch (options.format) {
  case TaskFormat::Json: return json(s, options);
  case TaskFormat::Terraform: return terraform(s, options);
  case TaskFormat::CloudFormation: return cloudformation(s, options);
  case TaskFormat::Cdk: return cdk(s);
  case TaskFormat::Compose: return compose(s);
  }
  return {};
}

}  // namespace whittle::aws::ecs
