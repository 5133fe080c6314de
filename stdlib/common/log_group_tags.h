// SPDX-License-Identifier: Apache-2.0
// Tags of log groups, as CloudWatch Logs takes them.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// `map` holds tags of a log group that an exporter creates.
void check_log_group_tags(Check& check, const Value& map);

}  // namespace whittle::check
