// SPDX-License-Identifier: Apache-2.0
// Shared by the commands that compile.
#pragma once

#include "compiler/driver/compile.h"
#include "compiler/report/options.h"

namespace whittle::driver {

using Arguments = report::CommandLine;
using report::OptionSpec;

// Writes the diagnostics to standard error, with colours on a terminal.
void show_diagnostics(const check::CheckResult& result);

// True when `fd` is a terminal that wants colours: NO_COLOR is not set and TERM is not dumb.
bool wants_colours(int fd);

// Options that every command takes which reads configs.
const std::vector<OptionSpec>& check_options();
bool begin(const std::vector<std::string>& words, const char* usage, const char* about,
           const std::vector<OptionSpec>& specs, Arguments& a, CompileOptions& options, int& code);
// Compiles and shows what there is to say; false when there is nothing to go on with (Compiled::exit_code tells).
bool compile_and_show(const CompileOptions& options, Compiled& compiled);
// A file without a name that holds `bytes` and can be executed; -1 with errno.
int memory_file(const std::string& bytes);

}  // namespace whittle::driver
