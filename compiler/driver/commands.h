// SPDX-License-Identifier: Apache-2.0
// The commands that compile. Each takes the words behind its name and returns whittle's exit code: 0, 1 (errors in the
// config), 2 (could not run).
#pragma once

#include <string>
#include <vector>

namespace whittle::driver {

using Words = std::vector<std::string>;

int build_command(
    const Words& words);  // whittle build CONFIG... [-o FILE] [--image FILE.tar] [--target ...] [--emit ...]
int sbom_command(const Words& words);          // whittle sbom CONFIG... [--format cyclonedx|spdx]
int explain_plan_command(const Words& words);  // whittle explain-plan CONFIG...
int run_command(const Words& words);           // whittle run CONFIG...
int replay_command(const Words& words);        // whittle replay CONFIG... --clock SECONDS
int try_command(const Words& words);           // whittle try CONFIG...

}  // namespace whittle::driver
