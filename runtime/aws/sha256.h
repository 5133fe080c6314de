// SPDX-License-Identifier: Apache-2.0
// SHA-256 and HMAC-SHA-256.
#pragma once

#include "runtime/base/bytes.h"

#include <array>

namespace whittle {

using Digest = std::array<uint8_t, 32>;

Digest sha256(Bytes data);
Digest hmac_sha256(Bytes key, Bytes data);
// Lower-case hex, 64 characters, without a NUL.
void hex(const Digest& digest, char* out);

}  // namespace whittle
