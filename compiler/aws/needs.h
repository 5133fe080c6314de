// SPDX-License-Identifier: Apache-2.0
// What a compiled collector calls, from the `iam` statements of the declarations.
#pragma once

#include "compiler/check/config.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::aws {

// Where the task will run, as far as anybody said. Empty: not known.
struct Surroundings {
  std::string partition;                // "aws", "aws-cn", "aws-us-gov"; follows from the region when empty
  std::string region;                   // counts where the config names none
  std::string account;                  // twelve digits
  std::vector<std::string> log_groups;  // names of log groups that are there already, or that others create
};

enum class RoleKind : uint8_t { Task, Execution };

// One action that one part of the config (or of the task) makes somebody call.
struct Need {
  RoleKind role = RoleKind::Task;
  std::string action;  // "logs:PutLogEvents"
  // An ARN in which `*` stands for text that cannot be known here: "arn:aws:logs:us-east-1:*:log-group:/ecs/x:*".
  // "*" alone: the action knows no resources, and a policy must say "*".
  std::string resource;
  std::string region;                            // in which the call is made: "us-east-1"; empty: not known
  const schema::Component* component = nullptr;  // that calls it; null: ECS itself does
  std::string id;                                // its id in the config: "x/2"
  std::string who;  // "exporters::x/2"; of the execution role "image of `collector`" and the like
  std::string why;  // what the action is for, in a few words that make a Sid: "log retention"
  // Not empty: the call is made as this role, which the task role takes on (`role_arn`), so this role must allow it and
  // not the task role. "*" when the role is known only when the collector starts.
  std::string assumed_role;
  // Of sts:AssumeRole: the external id that is shown, `*` for one that is known only when the collector starts.
  std::string external_id;
  // How a template or module writes the resource; empty: it is not one of its own.
  std::string written;
  // A policy of the resource allows the call by itself, so that the role's own need not.
  bool allowed_by_resource = false;
  // Of calls that may give tags: what they are, `*` for a value that is known only when the collector starts.
  bool tags_known = false;
  std::vector<std::pair<std::string, std::string>> tags;
  std::string via;    // the service that calls it for somebody: "ssm"; empty: nobody does
  bool sure = true;   // false: needed only if a late-bound value turns out so
  source::Span span;  // of what needs it, in the config or in the task definition
  std::string place;  // "collector.yaml:31:5"

  // `who` in a sentence: "container `app`", "`exporters::x/2`".
  std::string shown() const { return component != nullptr ? "`" + who + "`" : who; }
};

// What the task role is needed for, and the roles that it takes on (Need::assumed_role): every `iam` statement of every
// component in use whose condition holds or cannot be told. In the order of the config.
std::vector<Need> task_needs(const check::Config& config, const Surroundings& surroundings);

// The setting that says in which region a component calls AWS; null when it has none.
const check::Value* region_of(const check::Instance& instance);

// "aws" for "us-east-1", "aws-cn" for "cn-north-1", "aws-us-gov" for "us-gov-west-1" ...; "aws" for no region.
std::string_view partition_of(std::string_view region);

}  // namespace whittle::aws
