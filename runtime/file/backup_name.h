// SPDX-License-Identifier: Apache-2.0
// Names of files that were rotated: the time in milliseconds and why, before the extension.
#pragma once

#include "runtime/base/writer.h"

#include <optional>
#include <stdint.h>

namespace whittle {

// "/data/out.json" becomes "/data/out-2026-11-26T18-00-00.000-size.json".
void append_backup_name(Writer& out, Text path, int64_t now_ns, bool local_time);

// The time in nanoseconds since the epoch that `name` says, when it is the name of a rotated file of `file`; neither
// has a folder.
std::optional<int64_t> backup_time(Text name, Text file, bool local_time);

}  // namespace whittle
