// SPDX-License-Identifier: Apache-2.0
// URLs without what differs from one to the next, as grafana/clusterurl makes them: what is no word in a path becomes
// an asterisk.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle::redaction {

// Appends a path or URL without its query, and with `*` for each segment that holds digits or reads like no word.
void append_cluster_url(Writer& out, Text path);

// Letters a to z and the space: logarithms of how often the second follows the first.
extern const double kLetterPairs[27][27];
// The geometric mean of a word's pairs that is none any more.
extern const double kLeastLikely;

}  // namespace whittle::redaction
