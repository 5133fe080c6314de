// SPDX-License-Identifier: Apache-2.0
// Names and tags of log groups, as CloudWatch Logs takes them.
#pragma once

#include "compiler/check/checks.h"

namespace whittle::check {

// Names of a log group and of a log stream, in which what stands in braces is filled in later.
void check_log_names(Check& check, const Value& group, const Value& stream);

// `map` holds tags of a log group that an exporter creates.
void check_log_group_tags(Check& check, const Value& map);

}  // namespace whittle::check
