// SPDX-License-Identifier: Apache-2.0
// A stock task definition gives the collector its config, in AOT_CONFIG_CONTENT or with --config. This collector's
// config is compiled in; what it is given is compared with that, and each difference is told.
#pragma once

#include "runtime/base/runtime.h"

#include <vector>

namespace whittle {

struct GivenConfig {
  std::vector<Text> sources;   // of --config, in their order: "env:NAME", "file:PATH", "PATH", "yaml:TEXT"
  std::vector<Text> settings;  // of --set: "processors.batch.timeout=2s", laid over the sources
  bool fail = false;           // --on-drift=fail

  // Whether there is anything to compare: AOT_CONFIG_CONTENT, a source or a setting.
  bool any() const;
};

// Logs every difference, and a line that counts them or says that there are none; why, when the given config cannot be
// read. False when it could not be read or there was a difference. Both are errors in the log with `fail`, warnings
// without.
bool compare_given_config(const Collector& collector, const GivenConfig& given, Logger& log);

}  // namespace whittle
