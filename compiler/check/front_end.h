// SPDX-License-Identifier: Apache-2.0
// The front end as one call: from the names of config files to diagnostics and, if nothing is wrong, a typed config.
#pragma once

#include "compiler/check/config.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace whittle::check {

struct CheckOptions {
  std::vector<std::string> files;     // merged in this order; "-" is standard input
  int64_t stop_timeout_s = 30;        // what ECS gives a container to stop
  int64_t linger_ns = 2'000'000'000;  // how long receivers go on taking after SIGTERM
  bool strict = false;                // warnings are errors
  bool in_task = false;               // a task definition is there too, which says what outlives the collector
  bool to_compile = false;            // what cannot be compiled yet is an error
  // The Collector that the config is meant for. None: the one that whittle compiles, and where it cannot, the first
  // distribution that has all of the components.
  std::optional<schema::Distribution> distribution;
  // The minor version of contrib that the Collector is made of: 156 of 0.156. What OTTL means depends on it.
  uint16_t contrib = 156;
};

struct CheckResult {
  std::unique_ptr<source::Sources> sources;
  diag::Diagnostics diagnostics;  // sorted
  std::optional<Config> config;   // there unless there are errors
  // With errors: the config as far as it was understood, for questions that have an answer all the same. What is wrong
  // or unknown in it is left out or marked (Value::wrong), and pipelines may lack members. Never compile it.
  std::optional<Config> partial;
  bool could_not_run = false;  // a file could not be read: exit code 2

  // Whichever there is; null when nothing was understood.
  const Config* known() const { return config ? &*config : partial ? &*partial : nullptr; }

  // 0 clean or warnings, 1 errors, 2 could not run.
  int exit_code() const { return could_not_run ? 2 : diagnostics.has_errors() ? 1 : 0; }
};

// Reads no environment variable and needs no network, region or credentials.
CheckResult check_files(const CheckOptions& options);

// The same for one text under a name; options.files is not used.
CheckResult check_text(std::string name, std::string text, const CheckOptions& options);

// The same for texts that are among `sources` already, merged in this order; the result has no sources of its own.
CheckResult check_sources(std::span<const source::FileId> files, source::Sources& sources, const CheckOptions& options);

}  // namespace whittle::check
