// SPDX-License-Identifier: Apache-2.0
// From the two documents of the ECS task metadata endpoint to OTLP metrics. Pure: no clock, no network.
#pragma once

#include "runtime/base/result.h"
#include "runtime/base/writer.h"

namespace whittle {

// Appends an ExportMetricsServiceRequest to `out`: a resource for each container, in the order of `task_json`, and one
// for the task, all with `now_ns` as their time. Returns the number of data points. Fails with Malformed when a
// document is not JSON or a field has a type that the endpoint never gives it; `out` is then as it was.
Result<uint64_t> build_task_metrics(Bytes task_json, Bytes stats_json, int64_t now_ns, Writer& out);

// The repository and tag of an image reference ("registry:5000/team/app:1.2@sha256:..."). The tag is "latest" when
// there is none; both are empty when the reference is not well-formed.
struct ImageName {
  Text repository, tag;
};
ImageName parse_image_name(Text image);

// Nanoseconds since the epoch of an RFC 3339 time, which may lie outside of what 64 bits hold.
bool parse_rfc3339(Text text, __int128& nanoseconds);

}  // namespace whittle
