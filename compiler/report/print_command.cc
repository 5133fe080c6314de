// SPDX-License-Identifier: Apache-2.0
// whittle print-config: the config that several files come to.
#include "compiler/report/commands.h"
#include "compiler/report/config_text.h"
#include "compiler/report/options.h"
#include "compiler/syntax/load.h"

namespace whittle::report {

namespace {

constexpr std::string_view kUsage = "print-config CONFIG... [option...]";
constexpr std::string_view kAbout =
    "Prints the config that the CONFIGs come to: merged in their order, anchors and `${file:...}` put in. Variables "
    "stay as\nthey are written; nothing is looked up.\n"
    "\n"
    "Exit code 0: printed. 1: the config has errors. 2: a file could not be read.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {{"--defaults", "", "every setting with its default; secrets are not printed"}};
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

}  // namespace

int print_config_command(Arguments arguments, Output& output) {
  CommandLine line;
  std::string error;
  check::CheckOptions options;
  bool good = read_command_line({arguments.begin(), arguments.end()}, specs(), line, error);
  if (line.has("--help")) {
    output.out += help_text(kUsage, kAbout, specs());
    return 0;
  }
  good = good && read_configs(line, options, error);
  if (!good) {
    output.err += refusal_text("print-config", error);
    return 2;
  }
  diag::RenderOptions render;
  render.version = output.version;
  if (line.has("--defaults")) {
    check::CheckResult result = check::check_files(options);
    if (!result.config) {
      output.err += diag::render(result.diagnostics, *result.sources, render);
      return result.exit_code();
    }
    output.out += yaml_of(*result.config);
    return 0;
  }
  source::Sources sources;
  diag::Diagnostics diags;
  syntax::Loaded loaded = syntax::load_config(options.files, sources, diags);
  if (loaded.root == syntax::kNoNode || diags.has_errors()) {
    diags.sort();
    output.err += diag::render(diags, sources, render);
    return loaded.unreadable ? 2 : 1;
  }
  output.out += yaml_of(loaded.tree, loaded.root);
  return 0;
}

}  // namespace whittle::report
