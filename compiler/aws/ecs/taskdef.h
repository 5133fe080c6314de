// SPDX-License-Identifier: Apache-2.0
// The task definition that fits a config: the sidecar's container, and a task around it.
#pragma once

#include "compiler/aws/deployment.h"
#include "compiler/aws/ecs/shape.h"

#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::ecs {

enum class TaskFormat : uint8_t { Json, Terraform, CloudFormation, Cdk, Compose };

struct TaskdefOptions {
  TaskFormat format = TaskFormat::Json;
  bool whole_task = false;  // Json, Terraform: a whole task definition with an application, not the container alone
  std::string app_image;    // of the application in it; "": to be filled in
  std::string version;      // of whittle, part of the image's tag
};

// All that the formats say of the container, in their common terms. References in texts: account, region, log_group,
// app_image, task_role, execution_role, env:NAME.
struct Sidecar {
  Deployment deployment;  // settled
  std::string image;
  std::string own_tag;  // when the image is the one in ECR that whittle names: its tag
  struct Port {
    uint16_t number;
    bool udp;
    bool operator==(const Port&) const = default;
    std::string_view protocol() const { return udp ? "udp" : "tcp"; }
  };
  std::vector<Port> ports;           // of receivers, in order, each once
  std::vector<std::string> folders;  // that the config writes files to, each once
  std::vector<size_t> shared;        // of `folders`: those with sockets, which the application sends to
  bool health = false;               // something in the config answers `health_command`
  bool stock = false;                // the published collector, which runs as its image says
  std::vector<std::string> command;  // its arguments; empty: none
  std::vector<std::string> health_command = {"CMD", "/collector", "healthcheck"};
  bool needs_metadata = false;  // reads the task's metadata
  bool calls_aws = false;
  int64_t cpu = 0, memory = 0, stop_timeout = 0;
  std::vector<std::pair<std::string, std::string>> environment;  // values may be references
  std::vector<std::pair<std::string, std::string>> secrets;
  std::string region, account;  // may be references
  std::string endpoint,
      protocol;  // for the application: "http://localhost:4318", "http/protobuf"; empty: nothing receives OTLP
  std::vector<std::string> signals_off;  // "OTEL_METRICS_EXPORTER" ... that no pipeline takes
  std::vector<std::string> notes;        // for standard error: how the numbers came about, what is to be filled in
};

// What an application has beside the sidecar at the least, in CPU units and MiB.
inline constexpr int64_t kApplicationCpu = 128, kApplicationMemory = 256;

Sidecar sidecar(const check::Config& config, const Deployment& deployment, const TaskdefOptions& options);

// A list of texts.
Shape words(const std::vector<std::string>& texts);

// The name of the volume for a folder of `Sidecar::folders`.
std::string volume_name(size_t folder);

// The container definition with the API's names.
Shape container_of(const Sidecar& s);

// A whole file in the format of `options`.
std::string taskdef(const Sidecar& s, const TaskdefOptions& options);

// The extension that would answer `collector healthcheck`.
std::string_view health_extension();

}  // namespace whittle::aws::ecs
