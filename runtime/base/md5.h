// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), for hashes that nothing rests on: Mbed TLS is built without it.
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

void md5(Bytes data, uint8_t out[16]);

}  // namespace whittle
