// SPDX-License-Identifier: Apache-2.0
// Command lines: `whittle COMMAND [OPTION...] CONFIG...`, options in any place, `--name value` or `--name=value`.
#pragma once

#include "compiler/check/front_end.h"

#include <string>
#include <string_view>
#include <vector>

namespace whittle::report {

struct OptionSpec {
  std::string_view name;   // "--format"
  std::string_view value;  // as shown in the help: "text|json|sarif|github"; empty: a switch
  std::string_view help;
  char letter = 0;  // "-o"
};

struct CommandLine {
  std::vector<std::string> files;  // what is no option
  std::vector<std::pair<std::string, std::string>> options;

  // The last value given, or `fallback`.
  std::string get(std::string_view name, std::string_view fallback = "") const;
  bool has(std::string_view name) const;
};

// Reads what follows the command. False with a message in `error` for an option that is not in `specs`, a value that is
// missing, or one that is not among the alternatives that `value` lists.
bool read_command_line(const std::vector<std::string>& words, const std::vector<OptionSpec>& specs, CommandLine& out,
                       std::string& error);

// Options that every command takes which reads configs, and --help.
std::vector<OptionSpec> with_config_options(std::vector<OptionSpec> specs);

// `--for`, of commands that also speak of collectors that whittle does not compile.
void add_collector_option(std::vector<OptionSpec>& specs);

// What `--config`, `--for`, `--strict`, `--stop-timeout` and `--linger` say. The files of `options` are those of
// `--config` alone. False with a message in `error`.
bool read_config_options(const CommandLine& line, check::CheckOptions& options, std::string& error);

// The same, and the configs on the line behind those of `--config`; false too where none is named.
bool read_configs(const CommandLine& line, check::CheckOptions& options, std::string& error);

// The help of one command.
std::string help_text(std::string_view usage, std::string_view about, const std::vector<OptionSpec>& specs);
// What is said of a command line that cannot be read, for standard error.
std::string refusal_text(std::string_view command, std::string_view error);

}  // namespace whittle::report
