// SPDX-License-Identifier: Apache-2.0
// What time it is at AWS. A signature counts for a few minutes around its time, so a machine whose clock is wrong has
// every call refused until somebody mends it. The refusal says in its `Date` what time it is there; from then on calls
// are signed with that (as the SDKs do: aws-sdk-go-v2, aws/retry/retryable_error.go and "clock skew").
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/http/client.h"

namespace whittle {

// Nanoseconds since the epoch, as far as AWS is concerned.
int64_t aws_now_ns(Runtime& runtime);

// Looks at a refusal of the fault `type`. True, with the clock set and a line in the log, when the clock was why it was
// refused: the call is to be signed again. `signed_ns` is what aws_now_ns() said when it was signed.
bool adjust_aws_clock(Runtime& runtime, const HttpResponse& refusal, Text type, int64_t signed_ns);

}  // namespace whittle
