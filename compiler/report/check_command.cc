// SPDX-License-Identifier: Apache-2.0
// whittle check: many configs at the same time, one text.
#include "compiler/report/commands.h"
#include "compiler/report/options.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace whittle::report {

namespace {

constexpr std::string_view kUsage = "check CONFIG... [option...]";
constexpr std::string_view kAbout =
    "Finds every mistake in each CONFIG: a file, or - for standard input. Files given with --config are merged into one config,\n"
    "as the Collector merges them. Nothing is looked up: no environment variable, region or credentials are needed.\n"
    "\n"
    "Exit code 0: no errors. 1: errors. 2: a file could not be read.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = with_config_options({
      {"--format", "text|json|sarif|github", "how findings are told (text)"},
  });
  return all;
}

diag::Format format_of(std::string_view name) {
  return name == "json" ? diag::Format::Json : name == "sarif" ? diag::Format::Sarif : name == "github" ? diag::Format::Github : diag::Format::Text;
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
  good = good && read_config_options(line, common, error);
  if (good && line.files.empty() && common.files.empty()) good = (error = "no config is named", false);
  if (!good) {
    output.err += "whittle: " + error + "\ntry `whittle check --help`\n";
    return 2;
  }

  std::vector<check::CheckOptions> configs;
  if (!common.files.empty()) configs.push_back(common);
  for (const std::string& file : line.files) {
    configs.push_back(common);
    configs.back().files = {file};
  }
  std::vector<check::CheckResult> results = check_all(configs);

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
  output.out += diag::render(findings, render);
  return code;
}

}  // namespace whittle::report
