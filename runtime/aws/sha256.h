// SPDX-License-Identifier: Apache-2.0
// SHA-256, by the processor's instructions where it has them, and HMAC-SHA-256.
#pragma once

#include "base/sha256.h"
#include "runtime/base/bytes.h"

namespace whittle {

Digest sha256(Bytes data);
Digest hmac_sha256(Bytes key, Bytes data);

}  // namespace whittle
