// SPDX-License-Identifier: Apache-2.0
// The path of a group's file: what a resource says, in the place of the asterisk, and never outside of the folder in
// front of it.
#pragma once

#include "runtime/base/writer.h"

namespace whittle::file_exporter {

// Appends the shortest path that means the same, as path.Clean of Go does; "." for an empty one.
void append_clean_path(Writer& out, Text path);

// Appends the path for a group. `pattern` holds one asterisk, which does not stand first.
void append_group_path(Writer& out, Text pattern, Text group);

}  // namespace whittle::file_exporter
