// SPDX-License-Identifier: Apache-2.0
// whittle lsp: the language server on standard input and output.
#include "compiler/report/commands.h"
#include "compiler/report/language_server.h"
#include "compiler/report/lsp_frames.h"
#include "compiler/report/options.h"

#include <cstdio>

namespace whittle::report {

namespace {

constexpr std::string_view kUsage = "lsp [option...]";
constexpr std::string_view kAbout =
    "Speaks the Language Server Protocol on standard input and output: findings as one types, what a setting means, "
    "completion,\nand where a component is defined. Editors start it by themselves.\n"
    "\n"
    "Exit code 0: the editor asked for it. 1: it went away.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {{"--stdio", "", "what editors say; there is no other way"}};
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

}  // namespace

int lsp_command(Arguments arguments, Output& output) {
  CommandLine line;
  std::string error;
  check::CheckOptions options;
  bool good = read_command_line({arguments.begin(), arguments.end()}, specs(), line, error);
  if (line.has("--help")) {
    output.out += help_text(kUsage, kAbout, specs());
    return 0;
  }
  good = good && read_config_options(line, options, error);
  if (!good) {
    output.err += refusal_text("lsp", error);
    return 2;
  }
  LanguageServer server(options, std::string(output.version));
  std::string message;
  while (!server.done() && read_message(stdin, message)) {
    for (const std::string& answer : server.handle(message)) write_message(stdout, answer);
    std::fflush(stdout);
  }
  return server.exit_code();
}

}  // namespace whittle::report
