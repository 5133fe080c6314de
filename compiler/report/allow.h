// SPDX-License-Identifier: Apache-2.0
// Findings that somebody has looked at and wants to keep: `# whittle: allow W1020 reason` in the file itself, on the
// line of the finding or alone above it; `# whittle: allow-file W1020 reason` for all of a file; or a file of lines
// `W1020 PATH reason`. What is not needed any more is told, so that nothing stays allowed by accident.
#pragma once

#include "compiler/check/front_end.h"

#include <string>
#include <vector>

namespace whittle::report {

struct AllowOptions {
  std::string file;       // of such lines; empty: none
  bool deployed = false;  // task definitions or policies were checked, so that their findings could have come up
};

// Takes allowed findings out of `results`, and adds what is to be said of the allowances.
void apply_allowances(std::vector<check::CheckResult>& results, const AllowOptions& options);

}  // namespace whittle::report
