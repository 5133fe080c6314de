// SPDX-License-Identifier: Apache-2.0
// whittle taskdef: the container definition that fits a config.
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/parameters.h"
#include "compiler/aws/ecs/taskdef.h"
#include "compiler/diag/near.h"
#include "compiler/report/commands.h"
#include "compiler/report/options.h"
#include "compiler/report/role_options.h"

#include <algorithm>
#include <charconv>

namespace whittle::report {

namespace {

constexpr std::string_view kUsage = "taskdef CONFIG... [option...]";
constexpr std::string_view kAbout =
    "Prints the ECS container definition of the collector that CONFIG compiles to: ports, health check, stopTimeout, "
    "log\n"
    "options, memory from the worst case, and an entry for each variable that the config reads when the collector "
    "starts.\n"
    "Of a config that is for a stock collector (`--for`, or whittle cannot compile it) it is that one's container.\n"
    "Several CONFIGs are merged. How the numbers come about is said on standard error.\n"
    "\n"
    "Exit code 0: printed. 1: the config has errors. 2: could not run.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {
        {"--format", "json|terraform|cloudformation|cdk|compose", "what to print (json)"},
        {"--task", "", "json, terraform: a whole task definition with an application, not the container alone"},
        {"--app", "IMAGE", "the application's image in it"},
        {"--image", "REFERENCE",
         "the collector's image (one in ECR, tagged with whittle's version and the config's hash)"},
        {"--name", "NAME", "the container's name (collector)"},
        {"--cpu", "UNITS", "its CPU units (32)"},
        {"--memory", "MIB", "its memory (from the worst case)"},
        {"--log-group", "GROUP", "its log group (/ecs/NAME)"},
        {"--env", "NAME=VALUE", "a variable that the config reads; may be given several times"},
        {"--secret", "NAME=ARN", "a variable that comes from a secret or a parameter; may be given several times"},
        {"--target", "x86_64|aarch64", "the processor (x86_64)"},
    };
    add_place_options(out);
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

bool read_number(const CommandLine& line, std::string_view name, int& out, std::string& error) {
  if (!line.has(name)) return true;
  std::string text = line.get(name);
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (problem == std::errc() && end == text.data() + text.size() && out > 0) return true;
  return error = "`" + std::string(name) + "` takes a whole number, not `" + text + "`", false;
}

bool read_pairs(const CommandLine& line, std::string_view option, std::vector<std::pair<std::string, std::string>>& out,
                std::string& error) {
  for (auto& [name, value] : line.options) {
    if (name != option) continue;
    size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0)
      return error = "`" + std::string(option) + "` takes NAME=VALUE, not `" + value + "`", false;
    out.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  return true;
}

aws::ecs::TaskFormat format_of(std::string_view name) {
  using aws::ecs::TaskFormat;
  return name == "terraform"        ? TaskFormat::Terraform
         : name == "cloudformation" ? TaskFormat::CloudFormation
         : name == "cdk"            ? TaskFormat::Cdk
         : name == "compose"        ? TaskFormat::Compose
                                    : TaskFormat::Json;
}

// What ECS would refuse of the options; empty when nothing is.
std::string problem_of(const check::Config& config, const aws::Deployment& d, const aws::ecs::TaskdefOptions& options,
                       const aws::ecs::Sidecar& sidecar) {
  if (!aws::ecs::is_ecs_name(d.name))
    return "`--name " + d.name + "`: a container is called by up to 255 letters, digits, `_` and `-`";
  for (auto& [option, image] :
       {std::pair<std::string_view, const std::string&>{"--image", d.image}, {"--app", options.app_image}}) {
    std::string why = image.empty() ? std::string() : aws::ecs::image_problem(image);
    if (!why.empty()) return "`" + std::string(option) + " " + image + "` is not the name of an image: " + why;
  }
  if (d.memory > 0 && d.memory < 4)
    return "`--memory " + std::to_string(d.memory) + "`: a container has 4 MiB at the least";
  if (!aws::ecs::fargate_size(sidecar.cpu + aws::ecs::kApplicationCpu, sidecar.memory + aws::ecs::kApplicationMemory))
    return "Fargate has no size with room for " + std::to_string(sidecar.cpu) + " CPU units and " +
           std::to_string(sidecar.memory) + " MiB beside an application: 16384 CPU units and 122880 MiB are the most";
  std::vector<std::string_view> read;
  std::vector<aws::LateVariable> late = aws::late_variables(config);
  for (const aws::LateVariable& l : late) read.push_back(l.name);
  for (auto& [option, list] :
       {std::pair<std::string_view, decltype(d.environment)>{"--env", d.environment}, {"--secret", d.secrets}}) {
    for (const auto& [name, value] : list) {
      // The SDK's own variables are read without the config's naming them.
      if (name.starts_with("AWS_") || name.ends_with("_PROXY") || name.ends_with("_proxy")) continue;
      if (std::find(read.begin(), read.end(), name) != read.end()) continue;
      if (config.stock && name == aws::config_variable(*config.stock)) continue;
      std::string_view near = diag::nearest(name, read);
      return "`" + std::string(option) + " " + name + "`: the config reads no such variable" +
             (near.empty() ? std::string() : "; did you mean `" + std::string(near) + "`?");
    }
  }
  return {};
}

}  // namespace

int taskdef_command(Arguments arguments, Output& output) {
  CommandLine line;
  std::string error;
  bool good = read_command_line({arguments.begin(), arguments.end()}, specs(), line, error);
  if (line.has("--help")) {
    output.out += help_text(kUsage, kAbout, specs());
    return 0;
  }
  check::CheckOptions config;
  aws::Deployment deployment;
  aws::ecs::TaskdefOptions options;
  good = good && read_configs(line, config, error) && read_place_options(line, deployment.surroundings, error) &&
         read_number(line, "--cpu", deployment.cpu, error) && read_number(line, "--memory", deployment.memory, error) &&
         read_pairs(line, "--env", deployment.environment, error) &&
         read_pairs(line, "--secret", deployment.secrets, error);
  if (!good) {
    output.err += refusal_text("taskdef", error);
    return 2;
  }
  deployment.image = line.get("--image");
  deployment.name = line.get("--name", "collector");
  deployment.log_group = line.get("--log-group");
  deployment.target = line.get("--target", "x86_64");
  options.format = format_of(line.get("--format"));
  options.whole_task = line.has("--task");
  options.app_image = line.get("--app");
  options.version = output.version;
  // The stopTimeout that is printed gives batches their time.
  if (!line.has("--stop-timeout")) config.stop_timeout_s = 120;

  check::CheckResult result = check::check_files(config);
  diag::RenderOptions render;
  render.version = output.version;
  if (!result.config) {
    output.err += diag::render(result.diagnostics, *result.sources, render);
    return result.exit_code();
  }
  aws::ecs::Sidecar sidecar = aws::ecs::sidecar(*result.config, deployment, options);
  if (std::string why = problem_of(*result.config, deployment, options, sidecar); !why.empty()) {
    output.err += "whittle: " + why + "\n";
    return 2;
  }
  output.out += aws::ecs::taskdef(sidecar, options);
  for (const std::string& note : sidecar.notes) output.err += "note: " + note + "\n";
  return 0;
}

}  // namespace whittle::report
