// SPDX-License-Identifier: Apache-2.0
// Log records to log events of CloudWatch Logs: a JSON document of all that a record says, or, as `raw_log` asks, its
// body alone.
#pragma once

#include "runtime/aws/log_sender.h"
#include "runtime/base/arena.h"
#include "stdlib/exporter/awscloudwatchlogs/awscloudwatchlogs_config.h"

namespace whittle::cloudwatch_logs {

constexpr size_t kMostEventBytes = (256 << 10) - kLogEventOverhead;  // of a message
constexpr Text kTruncated = "[Truncated...]";

// What did not become events, or not whole.
struct Losses {
  uint32_t empty = 0;       // bodies without text, which CloudWatch Logs does not take
  uint32_t not_finite = 0;  // a number inside that JSON cannot say
  uint32_t truncated = 0;   // cut to kMostEventBytes
};

struct Events {
  ListedLogEvents log;
  Losses losses;
  Arena names;  // of groups and streams
};

// Adds the records of a request (regular, see wire/validate.h). Those without a time get `now_ms`.
void add_events(const config::Awscloudwatchlogs& config, Bytes request, int64_t now_ms, Events& out);

// A document in Embedded Metric Format names its own destination: in `_aws`, or, in the format's version 0, beside its
// metrics. Names in `body` stand for `group` and `stream`; borrowed from `names`. `scratch` holds what `body` is read
// into.
void read_destination(Text body, Arena& names, Arena& scratch, Text& group, Text& stream);

}  // namespace whittle::cloudwatch_logs
