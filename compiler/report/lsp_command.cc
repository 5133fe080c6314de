// SPDX-License-Identifier: Apache-2.0
// whittle lsp: the language server on standard input and output. Messages have headers as in HTTP, of which only
// Content-Length counts.
#include "compiler/report/commands.h"
#include "compiler/report/language_server.h"
#include "compiler/report/options.h"

#include <charconv>
#include <cstdio>

namespace whittle::report {

namespace {

constexpr std::string_view kUsage = "lsp [option...]";
constexpr std::string_view kAbout =
    "Speaks the Language Server Protocol on standard input and output: findings as one types, what a setting means, "
    "completion,\nand where a component is defined. Editors start it by themselves.\n"
    "\n"
    "Exit code 0: the editor asked for it. 1: it went away.";

constexpr size_t kMostMessage = 64u << 20;

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {{"--stdio", "", "what editors say; there is no other way"}};
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

// Reads the headers and the body of one message; false at the end of the input or when it makes no sense.
bool read_message(std::string& body) {
  size_t length = 0;
  bool known = false;
  std::string line;
  for (;;) {
    int c = std::fgetc(stdin);
    if (c == EOF) return false;
    if (c != '\n') {
      if (line.size() > 4096) return false;
      line += static_cast<char>(c);
      continue;
    }
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) break;
    constexpr std::string_view kLength = "Content-Length:";
    if (line.starts_with(kLength)) {
      size_t from = line.find_first_not_of(' ', kLength.size());
      if (from == std::string::npos) return false;
      auto [end, error] = std::from_chars(line.data() + from, line.data() + line.size(), length);
      if (error != std::errc() || length > kMostMessage) return false;
      known = true;
    }
    line.clear();
  }
  if (!known) return false;
  body.resize(length);
  return std::fread(body.data(), 1, length, stdin) == length;
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
  while (!server.done() && read_message(message)) {
    for (const std::string& answer : server.handle(message)) {
      std::printf("Content-Length: %zu\r\n\r\n", answer.size());
      std::fwrite(answer.data(), 1, answer.size(), stdout);
    }
    std::fflush(stdout);
  }
  return server.exit_code();
}

}  // namespace whittle::report
