// SPDX-License-Identifier: Apache-2.0
// whittle: compiles OpenTelemetry Collector configs.
#include "compiler/diag/near.h"
#include "compiler/diag/render.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/show.h"
#include "compiler/report/commands.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace whittle::driver {

const char* version() {
  return WHITTLE_VERSION;
}

bool wants_colours(int fd) {
  const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(fd) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

void show_diagnostics(const check::CheckResult& result) {
  if (!result.sources) return;
  diag::RenderOptions options;
  options.colours = wants_colours(STDERR_FILENO);
  options.version = version();
  std::string text = diag::render(result.diagnostics, *result.sources, options);
  fwrite(text.data(), 1, text.size(), stderr);
}

namespace {

struct Command {
  const char* name;
  const char* about;
  int (*run)(const Words& words);
};

template <int (*F)(report::Arguments, report::Output&)>
int report_command(const Words& words) {
  std::vector<std::string_view> views(words.begin(), words.end());
  report::Output output;
  output.colours = wants_colours(STDOUT_FILENO);
  output.version = version();
  int code = F(views, output);
  fwrite(output.out.data(), 1, output.out.size(), stdout);
  fflush(stdout);
  fwrite(output.err.data(), 1, output.err.size(), stderr);
  return code;
}

constexpr Command kCommands[] = {
    {"check", "tells what is wrong with a config, all of it at once", report_command<report::check_command>},
    {"iam", "prints the roles that a config needs, or what a change of it does to them",
     report_command<report::iam_command>},
#ifndef WHITTLE_ONLY_CHECKS
    {"build", "compiles a config to an executable or a scratch image", build_command},
    {"run", "compiles a config and runs it", run_command},
    {"explain-plan", "tells what becomes of telemetry, and what each part adds to the executable",
     explain_plan_command},
    {"sbom", "prints what the collector of a config is made of, as CycloneDX or SPDX", sbom_command},
    {"try", "runs a config inside a simulated Fargate task and shows the calls", try_command},
    {"replay", "runs recorded requests through a config's own machine code", replay_command},
#endif
    {"taskdef", "prints the ECS container definition that fits a config", report_command<report::taskdef_command>},
    {"init", "prints a first config for a task on Fargate", report_command<report::init_command>},
    {"print-config", "prints the config that several files come to", report_command<report::print_config_command>},
    {"graph", "shows what goes where, as text or as a page", report_command<report::graph_command>},
    {"lsp", "the language server, for editors", report_command<report::lsp_command>},
    {"explain", "explains a diagnostic's code", report_command<report::explain_command>},
    {"schema", "prints the JSON Schema of configs", report_command<report::schema_command>},
    {"components", "lists the components, or documents one", report_command<report::components_command>},
};

void usage(FILE* to) {
  fprintf(to,
          "whittle %s: compiles OpenTelemetry Collector configs to collectors that do just that\n\nusage: whittle "
          "COMMAND [OPTION...] [CONFIG...]\n\ncommands:\n",
          version());
  for (const Command& c : kCommands) fprintf(to, "  %-14s%s\n", c.name, c.about);
  fprintf(to, "\n`whittle COMMAND --help` tells more. Exit codes: 0, 1 (errors in the config), 2 (could not run).\n");
}

int run(int argc, char** argv) {
  if (argc < 2) {
    usage(stderr);
    return 2;
  }
  std::string name = argv[1];
  if (name == "--help" || name == "-h" || name == "help") {
    usage(stdout);
    return 0;
  }
  if (name == "--version" || name == "-V") {
    printf("whittle %s\n", version());
    return 0;
  }
  Words words(argv + 2, argv + argc);
  std::vector<std::string_view> names;
  for (const Command& c : kCommands) {
    if (name == c.name) return c.run(words);
    names.push_back(c.name);
  }
  auto near = diag::nearest(name, names);
  fprintf(stderr, "whittle: unknown command `%s`%s\n", name.c_str(),
          near.empty() ? "" : ("; did you mean `" + std::string(near) + "`?").c_str());
  return 2;
}

}  // namespace
}  // namespace whittle::driver

int main(int argc, char** argv) {
  return whittle::driver::run(argc, argv);
}
