// SPDX-License-Identifier: Apache-2.0
// Pages about the collector itself, which are for whoever runs it.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// Says so where others than the task's own containers reach them.
void tell_open_pages(Check& check, const Instance& instance);

}  // namespace whittle::check
