// SPDX-License-Identifier: Apache-2.0
// `${env:NAME}` and `${env:NAME:-default}` in texts of a config.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle {

struct Expanded {
  Text first;    // the first variable that the text refers to; empty: none
  Text missing;  // the first that is not set and has no default; it counts as an empty text
};

// Appends the text with its references replaced and `$$` as `$`. References to anything but the environment stay as
// they are. `whole`: the text is nothing but one reference. The names are borrowed from `text`.
Expanded expand_environment(Text text, Writer& out, bool& whole);

}  // namespace whittle
