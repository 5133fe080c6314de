// SPDX-License-Identifier: Apache-2.0
// SHA3-256 (FIPS 202). Mbed TLS is built without it, and this is all of it that there is need for.
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

void sha3_256(Bytes data, uint8_t out[32]);

}  // namespace whittle
