// SPDX-License-Identifier: Apache-2.0
// Values of Prometheus' configuration as text has them: durations, sizes, labels; and URLs of targets.
#pragma once

#include "runtime/base/writer.h"
#include "runtime/prometheus/labels.h"

#include <optional>

namespace whittle::prometheus {

// Milliseconds of "1h30m"; nothing: it is none.
std::optional<int64_t> parse_prometheus_duration(Text t);
// As Prometheus writes one: "1m30s".
void append_duration(Writer& out, int64_t milliseconds);
// Bytes of "10MB", in powers of 1024.
std::optional<uint64_t> parse_size(Text t);
// A scalar of a config as the text that it stands for.
Text text_of(const Any& any, Arena& arena);

// "scheme://address/path?query" with `__param_*` of `labels` before what `params` say.
void append_target_url(Writer& out, const std::vector<Label>& labels, const List<Entry<List<Any>>>& params,
                       Arena& arena);

}  // namespace whittle::prometheus
