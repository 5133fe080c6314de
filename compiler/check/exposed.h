// SPDX-License-Identifier: Apache-2.0
// What others can read or send on the way.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// Says so of TLS that believes everybody or is too old, of telemetry that leaves in plain text, and of browsers.
void check_exposed(Check& check);

}  // namespace whittle::check
