// SPDX-License-Identifier: Apache-2.0
// `whittle iam`: the roles that a config needs, and what a change of it does to them.
#include "compiler/report/commands.h"

#include "compiler/aws/deployment.h"
#include "compiler/aws/iam/print.h"
#include "compiler/report/role_options.h"
#include "compiler/source/json.h"

#include <algorithm>
#include <map>
#include <set>

namespace whittle::report {

using namespace aws;
using namespace aws::iam;

namespace {

constexpr std::string_view kUsage = "iam CONFIG... [option...]\n       whittle iam diff OLD NEW [option...]";
constexpr std::string_view kAbout =
    "Prints the policies that a task with the compiled collector needs, and nothing more: the task role's for what the "
    "collector\n"
    "calls, and the execution role's for what ECS does before the collector starts. Several CONFIGs are merged into "
    "one. What\n"
    "cannot be known becomes the narrowest pattern: an account that is not given is `*` in JSON, and the stack's own "
    "in templates.\n"
    "\n"
    "  whittle iam collector.yaml --role task > task-role-policy.json\n"
    "  whittle iam diff old.yaml new.yaml    what a change of the config adds to the roles (+) and takes from them "
    "(-)\n"
    "\n"
    "Exit code 0: printed. 1: the config has errors; with --exit-code, the roles differ. 2: a file could not be read.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {
        {"--role", "task|execution|trust", "only this role's policy, or the trust policy of both"},
        {"--format", "json|terraform|cloudformation|cdk|text",
         "what to print: json unless it is a diff, which is text"},
        {"--name", "NAME", "the container's name, which roles are named for (collector)"},
        {"--image", "REF", "the image: a repository of ECR unless it is given"},
        {"--log-group", "NAME", "of the container's own log (/ecs/NAME)"},
        {"--secret", "NAME=ARN",
         "where a late-bound variable comes from: a secret or an SSM parameter; may be given several times"},
        {"--kms-key", "ARN", "a key of your own that encrypts them; may be given several times"},
        {"--exit-code", "", "diff: exit with 1 when the roles differ"},
    };
    add_place_options(out);
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

bool same(const Need& a, const Need& b) {
  return a.role == b.role && a.action == b.action && a.resource == b.resource && a.assumed_role == b.assumed_role;
}

// The needs of one role, or of one that the task role takes on.
using ByRole = std::map<std::pair<PrintedRole::Kind, std::string>, std::vector<Need>>;

ByRole by_role(const std::vector<Need>& needs) {
  ByRole out;
  for (const Need& n : needs) {
    PrintedRole::Kind kind = n.role == RoleKind::Execution ? PrintedRole::Kind::Execution
                             : n.assumed_role.empty()      ? PrintedRole::Kind::Task
                                                           : PrintedRole::Kind::Assumed;
    out[{kind, n.assumed_role}].push_back(n);
  }
  return out;
}

std::vector<Need> all_needs(const check::Config& config, const Deployment& asked) {
  Deployment deployment = settled(config, asked);
  std::vector<Need> out = task_needs(config, deployment.surroundings);
  std::vector<Need> execution = execution_needs(execution_use(config, deployment), deployment.surroundings);
  out.insert(out.end(), execution.begin(), execution.end());
  return out;
}

bool wanted(std::string_view role, PrintedRole::Kind kind) {
  return role.empty() || (role == "execution") == (kind == PrintedRole::Kind::Execution);
}

std::string title(PrintedRole::Kind kind, const std::string& arn) {
  if (kind == PrintedRole::Kind::Task) return "task role";
  if (kind == PrintedRole::Kind::Execution) return "execution role";
  return arn == "*" ? "the role that the task role takes on" : "role " + arn;
}

std::string json_statements(const std::vector<Grant>& grants) {
  std::string out = "[";
  for (size_t i = 0; i < grants.size(); ++i) out += (i == 0 ? "\n      " : ",\n      ") + statement_json(grants[i], 6);
  return out + (grants.empty() ? "]" : "\n    ]");
}

void text_statements(std::string& out, char sign, const std::vector<Grant>& grants) {
  for (const Grant& g : grants) {
    for (size_t i = 0; i < g.actions.size(); ++i)
      out += std::string(1, sign) + (i == 0 ? " " : "   and ") + g.actions[i] + "\n";
    for (size_t i = 0; i < g.resources.size(); ++i)
      out += std::string(1, sign) + (i == 0 ? "   on " : "      ") + g.resources[i] + "\n";
    std::string why;
    for (const std::string& w : g.why) why += (why.empty() ? "" : ", ") + w;
    std::string who;
    for (const std::string& w : g.who) who += (who.empty() ? "" : ", ") + w;
    if (!why.empty() || !who.empty())
      out += std::string(1, sign) + "   for " + why + (why.empty() ? "" : who.empty() ? "" : " of ") + who + "\n";
  }
}

struct Loaded {
  check::CheckResult result;
  int code = 0;
};

// Errors go to `err`; the policies of a config with errors would be wrong.
Loaded load(const check::CheckOptions& options, Output& output) {
  Loaded out{check::check_files(options)};
  out.code = out.result.exit_code();
  if (out.code != 0) {
    diag::RenderOptions render;
    render.version = output.version;
    output.err += diag::render(out.result.diagnostics, *out.result.sources, render);
  }
  return out;
}

int diff(const CommandLine& line, const check::CheckOptions& common, const Deployment& deployment, Output& output) {
  std::vector<Need> needs[2];
  for (int side = 0; side < 2; ++side) {
    check::CheckOptions options = common;
    options.files = {line.files[side + 1]};
    Loaded l = load(options, output);
    if (l.code != 0 || !l.result.config) return l.code;
    needs[side] = all_needs(*l.result.config, deployment);
  }
  auto only_in = [&](int side) {
    std::vector<Need> out;
    for (const Need& n : needs[side]) {
      if (std::none_of(needs[1 - side].begin(), needs[1 - side].end(), [&](const Need& o) { return same(n, o); }))
        out.push_back(n);
    }
    return by_role(out);
  };
  ByRole removed = only_in(0), added = only_in(1);
  std::set<std::pair<PrintedRole::Kind, std::string>> roles = {{PrintedRole::Kind::Task, ""},
                                                               {PrintedRole::Kind::Execution, ""}};
  for (const ByRole* side : {&removed, &added}) {
    for (const auto& [key, list] : *side) roles.insert(key);
  }
  bool json = line.get("--format", "text") == "json", first = true;
  std::string role = line.get("--role");
  for (const auto& key : roles) {
    if (!wanted(role, key.first)) continue;
    std::vector<Grant> plus = merge(added[key]), minus = merge(removed[key]);
    if (json) {
      std::string name = key.first == PrintedRole::Kind::Task        ? "TaskRole"
                         : key.first == PrintedRole::Kind::Execution ? "ExecutionRole"
                                                                     : "Assumed " + key.second;
      output.out += (first ? "{\n  " : ",\n  ") + source::json_quote(name) +
                    ": {\n    \"Add\": " + json_statements(plus) + ",\n    \"Remove\": " + json_statements(minus) +
                    "\n  }";
    } else {
      output.out +=
          (first ? "" : "\n") + title(key.first, key.second) + (plus.empty() && minus.empty() ? ": no change\n" : "\n");
      text_statements(output.out, '+', plus);
      text_statements(output.out, '-', minus);
    }
    first = false;
  }
  if (json) output.out += "\n}\n";
  bool differ = std::any_of(roles.begin(), roles.end(), [&](const auto& key) {
    return wanted(role, key.first) && (!added[key].empty() || !removed[key].empty());
  });
  return line.has("--exit-code") && differ ? 1 : 0;
}

bool read_deployment(const CommandLine& line, Deployment& out, std::string& error) {
  if (!read_place_options(line, out.surroundings, error)) return false;
  out.image = line.get("--image");
  out.log_group = line.get("--log-group");
  out.name = line.get("--name", "collector");
  if (out.name.empty() || out.name.size() > 50 ||
      out.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
          std::string::npos)
    return error = "`--name` takes letters, digits, hyphens and underscores, 50 at most, not `" + out.name + "`", false;
  for (const auto& [name, value] : line.options) {
    if (name == "--secret") {
      size_t equals = value.find('=');
      if (equals == std::string::npos || equals == 0 || equals + 1 == value.size())
        return error = "`--secret` takes NAME=ARN, not `" + value + "`", false;
      out.secrets.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    }
    if (name == "--kms-key") {
      if (!value.starts_with("arn:")) return error = "`--kms-key` takes the ARN of a key, not `" + value + "`", false;
      out.kms_keys.push_back(value);
    }
  }
  return true;
}

}  // namespace

int iam_command(Arguments arguments, Output& output) {
  CommandLine line;
  std::string error;
  check::CheckOptions common;
  Deployment deployment;
  bool good = read_command_line({arguments.begin(), arguments.end()}, specs(), line, error);
  if (line.has("--help")) {
    output.out += help_text(kUsage, kAbout, specs());
    return 0;
  }
  good = good && read_config_options(line, common, error) && read_deployment(line, deployment, error);
  bool is_diff = !line.files.empty() && line.files[0] == "diff";
  std::string format = line.get("--format", is_diff ? "text" : "json"), role = line.get("--role");
  if (good && is_diff && line.files.size() != 3)
    good = (error = "`iam diff` takes two configs, the old one and the new one", false);
  if (good && is_diff && format != "text" && format != "json")
    good = (error = "`iam diff` prints text or json, not " + format, false);
  if (good && is_diff && role == "trust")
    good = (error = "`iam diff` compares policies; trust policies do not depend on the config", false);
  if (good && !is_diff && format == "text") good = (error = "only `iam diff` prints text", false);
  if (good && !is_diff && role != "trust" && line.files.empty() && common.files.empty())
    good = (error = "no config is named", false);
  if (good && role == "trust" && format != "json")
    good = (error = "`--role trust` is printed as json; templates hold it with the roles", false);
  if (!good) {
    output.err += refusal_text("iam", error);
    return 2;
  }
  if (role == "trust") {
    output.out += trust_json(deployment.surroundings) + "\n";
    return 0;
  }
  if (is_diff) return diff(line, common, deployment, output);

  common.files.insert(common.files.end(), line.files.begin(), line.files.end());
  Loaded l = load(common, output);
  if (l.code != 0 || !l.result.config) return l.code;
  ByRole needs = by_role(all_needs(*l.result.config, deployment));
  std::vector<PrintedRole> roles;
  needs[{PrintedRole::Kind::Task, ""}];
  needs[{PrintedRole::Kind::Execution, ""}];
  for (const auto& [key, list] : needs) {
    if (wanted(role, key.first)) roles.push_back({key.first, key.second, merge(list)});
  }
  // One role's document stays alone on standard output.
  if (role == "task" && format == "json" && roles.size() > 1) {
    for (size_t i = 1; i < roles.size(); ++i)
      output.err +=
          "note: the task role takes on " +
          (roles[i].arn == "*" ? std::string("a role that is known when the collector starts") : roles[i].arn) +
          ", which must allow:\n" + policy_json(roles[i].grants) + "\n";
    roles.resize(1);
  }
  deployment = settled(*l.result.config, std::move(deployment));
  PrintOptions options{deployment.surroundings, common.files[0], deployment.name};
  output.out += format == "terraform"        ? print_terraform(roles, options)
                : format == "cloudformation" ? print_cloudformation(roles, options)
                : format == "cdk"            ? print_cdk(roles, options)
                                             : print_json(roles, options);
  for (const PrintedRole& r : roles) {
    if (r.grants.empty())
      output.err += "note: the " + title(r.kind, r.arn) + " needs no policy: nothing is called with it\n";
  }
  bool open =
      format == "json" && output.out.find(":*:") != std::string::npos && deployment.surroundings.account.empty();
  if (open) output.err += "note: the account is not known, so ARNs have `*` in its place; `--account ID` names it\n";
  return 0;
}

}  // namespace whittle::report
