// SPDX-License-Identifier: Apache-2.0
// SHA-256, by the processor's instructions where it has them, and HMAC-SHA-256. WHITTLE_CPU=-sha in the environment
// leaves x86's unused.
#pragma once

#include "base/sha256.h"
#include "runtime/aws/sha256_lanes.h"
#include "runtime/base/bytes.h"

namespace whittle {

Digest sha256(Bytes data);
// The digests of all of these, in their order; cheaper than one by one where there are several.
void sha256_each(std::span<const Bytes> data, Digest* out);
#if defined(__x86_64__)
// For x86 without SHA instructions; needs BMI2 (Intel since 2013, AMD since 2015). A Sha256Blocks (base/sha256.h).
void sha256_blocks_bmi2(uint32_t state[8], const uint8_t* data, size_t blocks);
#endif
Digest hmac_sha256(Bytes key, Bytes data);

}  // namespace whittle
