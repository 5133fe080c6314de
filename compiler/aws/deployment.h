// SPDX-License-Identifier: Apache-2.0
// How a compiled collector is to be deployed, as `whittle taskdef` and `whittle iam --role execution` are told on their
// command lines. Both derive from the same values, so the roles fit the task.
#pragma once

#include "compiler/aws/roles.h"
#include "compiler/check/config.h"

#include <string>
#include <utility>
#include <vector>

namespace whittle::aws {

struct Deployment {
  Surroundings surroundings;
  std::string image;  // "": ECR of the account and region, `collector` at whittle's version and the config's hash
  std::string name = "collector";  // of the container
  std::string log_group;           // "": "/ecs/<name>"
  int cpu = 0, memory = 0;         // CPU units, MiB; 0: from the plan's worst case
  std::string target = "x86_64";
  int64_t stop_timeout_s = 30;
  std::vector<std::pair<std::string, std::string>> environment;  // late-bound values given as texts, by variable
  std::vector<std::pair<std::string, std::string>> secrets;      // variable and ARN (or parameter name) it comes from
  std::vector<std::string> kms_keys;                             // ARNs of keys that encrypt them
};

// A variable that the config reads when the collector starts.
struct LateVariable {
  std::string name;
  bool has_default = false;  // `:-` everywhere it is used
  bool secret = false;  // stands in a setting that is never printed, or its name says so (TOKEN, PASSWORD, SECRET, KEY)
  std::vector<std::string> settings;  // "exporters::otlphttp::headers"
  source::Span span;                  // of the first use
};

// All of them, each once, in the order of the config.
std::vector<LateVariable> late_variables(const check::Config& config);

// Set in every Fargate task by ECS itself: AWS_REGION, ECS_CONTAINER_METADATA_URI_V4 and their like.
bool set_by_fargate(std::string_view variable);

// The deployment with its blanks filled in, as far as the config tells: the log group, the region that all AWS
// components agree on, the image's repository without a tag (account and region that are not known are `*`), and for
// each secret without a source the parameter "/<name>/<VARIABLE>". For a stock collector the image is the published
// one, and the config itself comes from the parameter "/<name>/config".
Deployment settled(const check::Config& config, Deployment deployment);

// The variable that a stock collector takes its config from, in a task definition that has it so: by itself, or with
// `--config=env:NAME`.
std::string_view config_variable(schema::Distribution d);

// What the deployment makes ECS fetch: the image, the log group, the secrets. Fills in blanks itself.
ExecutionUse execution_use(const check::Config& config, const Deployment& deployment);

}  // namespace whittle::aws
