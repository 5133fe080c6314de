// SPDX-License-Identifier: Apache-2.0
// What each check of a task definition is given. One idea a file: check_*.cc.
#pragma once

#include "compiler/aws/deployment.h"
#include "compiler/aws/ecs/check_task.h"
#include "compiler/aws/ecs/collector_image.h"
#include "compiler/aws/ecs/task.h"
#include "compiler/check/listeners.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::aws::ecs {

using check::Listener;

struct TaskCheck {
  const TaskDefinition& task;
  const TaskFile& file;
  const Container* collector;   // null: none, or not known which
  const check::Config* config;  // null: not given
  uint64_t config_bytes;
  const std::vector<check::Listener>& listeners;  // of the config
  const TaskInputs& inputs;
  const Surroundings& surroundings;
  const source::Sources& sources;
  diag::Diagnostics& diags;
  bool fargate;
  CollectorImage image;  // of `collector`

  // Containers share one network, so that `localhost` is the same for all of them.
  bool one_network() const { return fargate || task.network_mode.text == "awsvpc" || task.network_mode.text == "host"; }
  // Whether they do is not to be seen: nobody says which network mode it is, or the place where it is said is another
  // file.
  bool network_unknown() const {
    return !fargate && (task.network_mode.written ? !task.network_mode.known() : task.parts_only);
  }
  // `value` as it would stand in the place of `span`: with quotes where there are some.
  std::string as_written(source::Span span, std::string_view value) const;
};

// All checks of files that were read into `tree`. Without a config each task's own counts, if it has one. Returns what
// ECS fetches for all tasks together.
ExecutionUse check_read_files(const std::vector<TaskFile>& files, const syntax::Tree& tree, const TaskInputs& inputs,
                              const check::Config* config, uint64_t config_bytes, const RoleOptions& roles,
                              const std::vector<RoleDocuments::Scp>& scps, source::Sources& sources,
                              diag::Diagnostics& diags);

void check_fargate(TaskCheck& c);      // launch type, network mode, parameters, platform version
void check_size(TaskCheck& c);         // cpu and memory
void check_memory_caps(TaskCheck& c);  // what the config allows the collector, against what it gets
// The smallest size of Fargate that gives at least both, in CPU units and MiB; nothing when there is none.
std::optional<std::pair<int64_t, int64_t>> fargate_size(int64_t cpu, int64_t memory);
void check_images(TaskCheck& c);  // pinned, of the right processor
// Why a text cannot be the name of an image, in words; empty when it can.
std::string image_problem(const std::string& text);
void check_role_arns(TaskCheck& c);        // roles that are missing, ARNs that cannot be
void check_stock(TaskCheck& c);            // what stock images have and have not
void check_health(TaskCheck& c);           // health checks
void check_endpoints(TaskCheck& c);        // OTEL_EXPORTER_OTLP_* against the receivers
void check_otel_names(TaskCheck& c);       // names of OTEL_ variables, service.name
void check_otel_values(TaskCheck& c);      // what they hold
void check_mappings(TaskCheck& c);         // port mappings against what is listened on
void check_given_config(TaskCheck& c);     // --config, AOT_CONFIG_CONTENT, parameters' limits
void check_order(TaskCheck& c);            // dependsOn, essential
void check_environment(TaskCheck& c);      // variables and secrets
void check_variables(TaskCheck& c);        // what their values show and where they lead
void check_parts(TaskCheck& c);            // volumes, mounts, routers of logs
void check_logs(TaskCheck& c);             // log configurations
void check_files_of_others(TaskCheck& c);  // files that others write
void check_hardening(TaskCheck& c);        // users and file systems
void check_stopping(TaskCheck& c);         // stopTimeout

// Parameters of a template or plan that are too long for their tier.
void check_stored_parameters(const TaskFile& file, diag::Diagnostics& diags);

// Placeholders that nobody filled in, of a whole file.
void check_placeholders(const TaskFile& file, diag::Diagnostics& diags);

// The collector's container, or null; says so where `diags` is not null and it cannot be told. `others` is whether
// another task has one.
const Container* find_collector(const TaskDefinition& task, const TaskInputs& inputs, bool others,
                                diag::Diagnostics* diags);

struct Arn {
  std::string partition, service, region, account, resource;
};
// Nothing when `text` is no ARN at all.
std::optional<Arn> parse_arn(std::string_view text);
// Why an ARN cannot be, in words; empty when it can.
std::string arn_problem(const Arn& arn);

// What ECS fetches for a task; kUnknownPart becomes `*`.
void add_use(const TaskDefinition& task, ExecutionUse& use);

}  // namespace whittle::aws::ecs
