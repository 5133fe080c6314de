// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/task_options.h"

namespace whittle::report {

void add_task_options(std::vector<OptionSpec>& specs) {
  specs.insert(specs.end(),
               {
                   {"--task-definition", "FILE",
                    "an ECS task definition (JSON) that the collector is part of; may be given several times"},
                   {"--cloudformation", "FILE",
                    "a CloudFormation template (YAML or JSON) with task definitions and roles, likewise"},
                   {"--terraform-plan", "FILE", "what `terraform show -json PLAN` prints, likewise"},
                   {"--terraform", "PATH", "a Terraform module's folder or one of its files, without a plan, likewise"},
                   {"--container", "NAME", "the collector's container, where its image and name do not tell"},
                   {"--target", "x86_64|aarch64", "the processor that the collector is compiled for"},
               });
}

bool read_task_options(const CommandLine& line, aws::ecs::TaskInputs& out, std::string& error) {
  for (auto& [name, value] : line.options) {
    if (name == "--task-definition") out.task_definitions.push_back(value);
    if (name == "--cloudformation") out.cloudformation.push_back(value);
    if (name == "--terraform") out.modules.push_back(value);
    if (name == "--terraform-plan") out.terraform_plans.push_back(value);
  }
  out.container = line.get("--container");
  out.target = line.get("--target");
  for (std::string_view name : {"--container", "--target"}) {
    if (line.has(name) && out.empty())
      return error = "`" + std::string(name) + "` needs a task definition: `--task-definition FILE`", false;
  }
  return true;
}

}  // namespace whittle::report
