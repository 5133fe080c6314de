// SPDX-License-Identifier: Apache-2.0
// whittle check: many configs at the same time, one text.
#include "compiler/report/allow.h"
#include "compiler/report/commands.h"
#include "compiler/report/fix_policies.h"
#include "compiler/report/options.h"
#include "compiler/report/role_options.h"
#include "compiler/report/task_options.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <set>
#include <thread>
#include <utility>

namespace whittle::report {

namespace {

constexpr std::string_view kUsage = "check CONFIG... [option...]";
constexpr std::string_view kAbout =
    "Finds every mistake in each CONFIG: a file, or - for standard input. Files given with --config are merged into "
    "one config,\n"
    "as the Collector merges them. Nothing is looked up: no environment variable, region or credentials are needed.\n"
    "\n"
    "Exit code 0: no errors. 1: errors. 2: a file could not be read.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {
        {"--format", "text|json|sarif|github", "how findings are told (text)"},
        {"--allow", "FILE",
         "findings to leave out: lines `CODE PATH reason`; `# whittle: allow CODE reason` does it in place"}};
    add_task_options(out);
    add_role_options(out);
    add_place_options(out);
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

diag::Format format_of(std::string_view name) {
  return name == "json"     ? diag::Format::Json
         : name == "sarif"  ? diag::Format::Sarif
         : name == "github" ? diag::Format::Github
                            : diag::Format::Text;
}

// Each config is checked by itself, so threads share nothing but the next number.
std::vector<check::CheckResult> check_all(const std::vector<check::CheckOptions>& configs) {
  std::vector<check::CheckResult> results(configs.size());
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i; (i = next.fetch_add(1)) < configs.size();) results[i] = check::check_files(configs[i]);
  };
  std::vector<std::thread> threads;
  size_t most = std::min<size_t>(std::max(1u, std::thread::hardware_concurrency()), configs.size());
  for (size_t i = 1; i < most; ++i) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  return results;
}

// Whether whittle knows all components of a config.
bool all_known(const check::CheckResult& result) {
  if (result.known() != nullptr && result.known()->open) return false;
  const auto& all = result.diagnostics.all();
  return std::none_of(all.begin(), all.end(), [](const diag::Diagnostic& d) {
    return d.code == "E0301" || d.code == "E0302" || d.code == "N0302";
  });
}

// Task definitions and policies are held against a config, or checked by themselves when none is named.
void check_deployment(const aws::ecs::TaskInputs& tasks, const RoleInputs& roles, size_t files,
                      check::CheckResult& result) {
  if (roles.empty() && tasks.empty()) return;
  if (!result.sources) result.sources = std::make_unique<source::Sources>();
  source::Sources& sources = *result.sources;
  aws::ExecutionUse use;
  // What a component calls that whittle does not know cannot be told, so nothing is granted for nothing.
  aws::RoleOptions options = roles.options;
  options.tell_unused = options.tell_unused && all_known(result);
  if (!tasks.empty()) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < std::min(files, sources.size()); ++i)
      bytes += sources.at(static_cast<source::FileId>(i)).text.size();
    if (!aws::ecs::check_task_files(tasks, result.known(), bytes, options, &use, sources, result.diagnostics))
      result.could_not_run = true;
  }
  if (!roles.empty() && !aws::iam::check_policy_files(roles.policies, result.known(), tasks.empty() ? nullptr : &use,
                                                      options, sources, result.diagnostics))
    result.could_not_run = true;
}

// Policies that several configs share: each config's needs are looked for, and what none of them needs is told once, as
// is what is wrong with a policy itself.
void check_shared_roles(const RoleInputs& roles, std::vector<check::CheckResult>& results) {
  RoleInputs with = roles;
  with.options.configs = results.size();
  for (size_t i = 0; i < results.size(); ++i) {
    if (i != 0 && results[i].known() != nullptr) {
      std::vector<aws::Need> needs = aws::task_needs(*results[i].known(), roles.options.surroundings);
      with.options.of_others.insert(with.options.of_others.end(), std::make_move_iterator(needs.begin()),
                                    std::make_move_iterator(needs.end()));
    }
    // What a broken or unknown config needs is not known.
    with.options.tell_unused = with.options.tell_unused && all_known(results[i]) && results[i].config.has_value();
  }
  std::set<std::string> told;
  auto place = [](const check::CheckResult& r, const diag::Diagnostic& d) {
    if (!d.span) return std::string();
    return std::string(d.code) + (" " + r.sources->at(d.span.file).name) + ":" + std::to_string(d.span.begin) + " " +
           d.message;
  };
  for (check::CheckResult& r : results) {
    if (r.known() == nullptr) continue;
    size_t own = r.sources->size();
    check_deployment({}, with, 0, r);
    r.diagnostics.remove(
        [&](const diag::Diagnostic& d) { return d.span && d.span.file >= own && !told.insert(place(r, d)).second; });
    with.options.tell_unused = false;
    with.options.of_others.clear();
  }
}

// What is said of many places of one file for one reason is said once.
constexpr std::string_view kOnceAFile[] = {"W1020", "W1084", "N1416", "W1423"};

void finish(std::vector<check::CheckResult>& results, const AllowOptions& allow, bool strict) {
  for (check::CheckResult& r : results) r.diagnostics.sort();
  apply_allowances(results, allow);
  for (check::CheckResult& r : results) {
    for (std::string_view code : kOnceAFile) r.diagnostics.fold(code);
    if (strict) r.diagnostics.make_strict();
    r.diagnostics.sort();
  }
}

}  // namespace

int check_command(Arguments arguments, Output& output) {
  CommandLine line;
  std::string error;
  check::CheckOptions common;
  bool good = read_command_line({arguments.begin(), arguments.end()}, specs(), line, error);
  if (line.has("--help")) {
    output.out += help_text(kUsage, kAbout, specs());
    return 0;
  }
  RoleInputs roles;
  aws::ecs::TaskInputs tasks;
  good = good && read_config_options(line, common, error) && read_task_options(line, tasks, error) &&
         read_role_options(line, roles, error);
  size_t count = line.files.size() + !common.files.empty();
  for (const std::string& file : line.files) {
    if (good && file.ends_with(".tf"))
      good = (error = "`" + file + "` is Terraform's own language: `--terraform " + file + "`", false);
  }
  if (good && count == 0 && roles.empty() && tasks.empty()) good = (error = "no config is named", false);
  if (good && count > 1 && !tasks.empty())
    good =
        (error = "task definitions are compared with one config, and " + std::to_string(count) + " are named", false);
  if (!good) {
    output.err += refusal_text("check", error);
    return 2;
  }
  tasks.compiled = common.to_compile;
  common.in_task = !tasks.empty();
  // Batches must be done by the time that the task really has.
  if (!line.has("--stop-timeout"))
    common.stop_timeout_s = aws::ecs::stop_timeout(tasks).value_or(common.stop_timeout_s);

  AllowOptions allow{line.get("--allow"), !tasks.empty() || !roles.empty()};
  const bool strict = std::exchange(common.strict, false);  // once it is known what is allowed
  std::vector<check::CheckOptions> configs;
  if (!common.files.empty()) configs.push_back(common);
  for (const std::string& file : line.files) {
    configs.push_back(common);
    configs.back().files = {file};
  }
  auto check = [&](const RoleInputs& with) {
    std::vector<check::CheckResult> out = check_all(configs);
    if (out.empty()) out.emplace_back();
    if (out.size() > 1) check_shared_roles(with, out);
    else check_deployment(tasks, with, configs.empty() ? 0 : configs[0].files.size(), out[0]);
    finish(out, allow, strict);
    return out;
  };
  std::string changes;
  if (roles.fix && !fix_policies(roles, !tasks.empty(), check, changes, error)) {
    output.err += "whittle: " + error + "\n";
    return 2;
  }
  std::vector<check::CheckResult> results = check(roles);
  const bool left = std::any_of(results.begin(), results.end(), [](const check::CheckResult& r) {
    const auto& all = r.diagnostics.all();
    return std::any_of(all.begin(), all.end(), [](const diag::Diagnostic& d) { return d.code.substr(1, 2) == "09"; });
  });
  if (roles.fix && changes.empty() && left) changes = "nothing is changed: no change is sure to harm nobody\n";

  std::vector<diag::Findings> findings;
  int code = 0;
  for (check::CheckResult& r : results) {
    findings.push_back({&r.diagnostics, r.sources.get()});
    code = std::max(code, r.exit_code());
  }
  diag::RenderOptions render;
  render.colours = output.colours;
  render.version = output.version;
  render.format = format_of(line.get("--format"));
  if (!changes.empty()) (render.format == diag::Format::Text ? output.out : output.err) += changes + "\n";
  output.out += diag::render(findings, render);
  return code;
}

}  // namespace whittle::report
