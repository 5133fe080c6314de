// SPDX-License-Identifier: Apache-2.0
// `collector healthcheck`: the binary asks the running collector for its health, because a scratch image has no curl.
#pragma once

#include "runtime/abi.h"
#include "runtime/base/writer.h"

namespace whittle {

// Sends a GET to the health_check extension that listens on `endpoint` (its config's text; wildcards are asked on
// loopback) and appends the answer's body, or the reason why there is none, to `told`. With `tls` it only sees whether
// the port is open. Returns the process's exit code: 0 for 2xx, 1 otherwise. Blocks for at most `timeout_ns`.
int healthcheck(Text endpoint, bool unix_socket, bool tls, Text path, int64_t timeout_ns, Writer& told);

// The same for the program's own health_check extension, told on standard output (errors on standard error). A program
// without one has exit code 1.
int healthcheck(const Program& program);

}  // namespace whittle
