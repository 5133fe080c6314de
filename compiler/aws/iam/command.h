// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/report/commands.h"

namespace whittle::aws::iam {

// whittle iam CONFIG... [--role task|execution|trust] [--format json|terraform|cloudformation|cdk] [--account ID]
// [--region R]
//     [--image REF] [--log-group G] [--secret NAME=ARN]... [--kms-key ARN]...
// whittle iam diff OLD NEW [the same options]
//
// The least-privilege policies that a config needs. In the style of compiler/report/commands.h.
int iam_command(report::Arguments arguments, report::Output& output);

}  // namespace whittle::aws::iam
