// SPDX-License-Identifier: Apache-2.0
// `collector healthcheck`: the binary asks the running collector for its health, because a scratch image has no curl.
#pragma once

#include "runtime/base/writer.h"

namespace whittle {

// Sends a GET to the extension that listens on `endpoint` (its config's text; wildcards are asked on loopback) and
// appends the answer's body, or the reason why there is none, to `told`. With `tls` it only sees whether the port is
// open. Returns the process's exit code: 0 for 2xx, 1 otherwise. Blocks for at most `timeout_ns`.
int ask_health(Text endpoint, bool unix_socket, bool tls, Text path, int64_t timeout_ns, Writer& told);

}  // namespace whittle
