// SPDX-License-Identifier: Apache-2.0
// Where an AWS service is to be reached.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"

namespace whittle {

// The value of an environment variable; empty when it is not set. Lives as long as the process.
Text environment(const char* name);

// The partition of a region: "aws", "aws-cn", "aws-us-gov" ... (AWS SDKs, partitions).
struct AwsPartition {
  Text region_prefix, name, dns_suffix;
  Text dual_stack_suffix;  // of endpoints that IPv6 reaches too; empty: there are none
};
const AwsPartition& aws_partition(Text region);

struct AwsEndpoint {
  Text url;     // scheme://host[:port][/prefix], without a slash at the end
  Text host;    // with the port when it is not the scheme's own, as it is signed
  Text prefix;  // of paths
};

// `given` counts first, then the environment's AWS_ENDPOINT_URL_<service_id> and AWS_ENDPOINT_URL, then the region's
// own endpoint ("https://logs.us-east-1.amazonaws.com"): the validated one with AWS_USE_FIPS_ENDPOINT=true, and with
// AWS_USE_DUALSTACK_ENDPOINT=true the one that IPv6 reaches too. Texts live in the arena.
AwsEndpoint aws_endpoint(Text given, Text service, Text service_id, Text region, Arena& arena);

}  // namespace whittle
