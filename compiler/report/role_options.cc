// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/role_options.h"

#include <algorithm>

namespace whittle::report {

void add_role_options(std::vector<OptionSpec>& specs) {
  specs.insert(specs.end(),
               {
                   {"--task-role-policy", "FILE",
                    "a policy of the task role, or the ARN of a managed one; may be given several times"},
                   {"--execution-role-policy", "FILE", "a policy of the execution role, likewise"},
                   {"--assumed-role-policy", "[ARN=]FILE",
                    "a policy of a role that the task role takes on (`role_arn`), likewise"},
                   {"--assumed-role-trust", "[ARN=]FILE", "the trust policy of such a role"},
                   {"--scp", "FILE", "a service control policy of the organization; may be given several times"},
                   {"--boundary", "FILE", "a permissions boundary of these roles; all that are given must allow"},
                   {"--task-role-trust", "FILE", "the trust policy of the task role"},
                   {"--execution-role-trust", "FILE", "the trust policy of the execution role"},
                   {"--fix", "", "shows what the suggestions would change in the files of policies"},
                   {"--write", "", "with --fix: changes the files"},
               });
}

void add_place_options(std::vector<OptionSpec>& specs) {
  specs.push_back({"--account", "ID", "the AWS account that the task runs in"});
  specs.push_back({"--region", "REGION", "the region that it runs in, where the config names none"});
  specs.push_back({"--log-group", "NAME",
                   "a log group that is there already: nobody has to create it; may be given several times"});
}

bool read_place_options(const CommandLine& line, aws::Surroundings& out, std::string& error) {
  out.account = line.get("--account");
  out.region = line.get("--region");
  for (auto& [name, value] : line.options)
    if (name == "--log-group") out.log_groups.push_back(value);
  if (!out.account.empty() &&
      (out.account.size() != 12 || out.account.find_first_not_of("0123456789") != std::string::npos))
    return error = "`--account` takes the twelve digits of an account, not `" + out.account + "`", false;
  bool region = out.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos &&
                std::count(out.region.begin(), out.region.end(), '-') >= 2;
  if (!out.region.empty() && !region)
    return error = "`--region` takes a region such as us-east-1, not `" + out.region + "`", false;
  if (!out.region.empty()) out.partition = aws::partition_of(out.region);
  return true;
}

bool read_role_options(const CommandLine& line, RoleInputs& out, std::string& error) {
  for (auto& [name, value] : line.options) {
    if (name == "--task-role-policy") out.policies.task_policies.push_back(value);
    if (name == "--execution-role-policy") out.policies.execution_policies.push_back(value);
    if (name == "--assumed-role-policy" || name == "--assumed-role-trust") {
      auto& list = name == "--assumed-role-policy" ? out.policies.assumed_policies : out.policies.assumed_trusts;
      size_t equals = value.starts_with("arn:") ? value.find('=') : std::string::npos;
      if (equals == std::string::npos) list.emplace_back("", value);
      else list.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    }
    if (name == "--scp") out.options.scps.push_back(value);
    if (name == "--boundary") out.policies.boundaries.push_back(value);
  }
  out.policies.task_trust = line.get("--task-role-trust");
  out.policies.execution_trust = line.get("--execution-role-trust");
  out.fix = line.has("--fix");
  out.write = line.has("--write");
  if (out.write && !out.fix)
    return error = "`--write` says what `--fix` does with its changes, and is nothing without it", false;
  if (out.fix && out.files().empty())
    return error = "`--fix` needs a policy to change: `--task-role-policy FILE`", false;
  std::vector<std::string> files = out.files();
  std::sort(files.begin(), files.end());
  auto twice = std::adjacent_find(files.begin(), files.end());
  if (out.fix && twice != files.end())
    return error = "`" + *twice +
                   "` is named twice, and what one role does not need the other may: `--fix` changes files of one role "
                   "only",
           false;
  return read_place_options(line, out.options.surroundings, error);
}

std::vector<std::string> RoleInputs::files() const {
  std::vector<std::string> out;
  for (const auto* list : {&policies.task_policies, &policies.execution_policies, &policies.boundaries}) {
    for (const std::string& f : *list) {
      if (!f.starts_with("arn:") && f != "-") out.push_back(f);
    }
  }
  for (const auto* list : {&policies.assumed_policies, &policies.assumed_trusts}) {
    for (auto& [arn, f] : *list) {
      if (!f.starts_with("arn:") && f != "-") out.push_back(f);
    }
  }
  for (const std::string& f : {policies.task_trust, policies.execution_trust}) {
    if (!f.empty() && f != "-") out.push_back(f);
  }
  return out;
}

}  // namespace whittle::report
