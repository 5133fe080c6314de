// SPDX-License-Identifier: Apache-2.0
// From what ECS says of a cluster to the targets that Prometheus is told of, as the reference's ecsobserver makes them.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"
#include "stdlib/extension/ecs_observer/ecs_observer_config.h"

#include <vector>
#include <yyjson.h>

namespace whittle::ecs {

struct Pair {
  Text key, value;
};
struct Container {
  Text name;
  std::vector<Pair> labels;
  std::vector<std::pair<int64_t, int64_t>> ports;  // of the container, of the host
};
// A task definition; it never changes, so it is asked for once.
struct Definition {
  Arena texts;
  Text arn, family, network_mode;
  int64_t revision = 0;
  std::vector<Container> containers;
  bool used = false;
};
struct Task {
  Text arn, definition_arn, address, started_by, launch_type, group, health;
  std::vector<Pair> tags;
  const Definition* definition = nullptr;
  Text service;  // empty: of none that the config asks for
};
// What one look at the cluster has found.
struct Cluster {
  Arena texts;
  std::vector<Task> tasks;
  std::vector<Pair> deployments;  // id, service
  std::vector<Text> services;     // ARNs that the config asks for
};

// Take in the answers of DescribeTasks, DescribeTaskDefinition, ListServices and DescribeServices. False: it is none.
bool read_tasks(Text answer, Cluster& to);
bool read_definition(Text answer, Definition& to);
bool read_services(Text answer, const config::EcsObserver& config, Cluster& to);
bool read_deployments(Text answer, Cluster& to);

// What could not become a target, and why.
struct Skipped {
  size_t without_address = 0;  // tasks
  size_t bad_ports = 0;        // labels that hold no port
};

// Appends the targets as a file for `file_sd_configs`; their number. Tasks need their definitions.
size_t write_targets(Cluster& cluster, const config::EcsObserver& config, Skipped& skipped, Writer& out);

}  // namespace whittle::ecs
