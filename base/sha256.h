// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4). All of the work is in taking blocks into the state; what is around it, the padding and the
// words' order, is the same for all ways to do that, so whoever has instructions for it hands in their own.
#pragma once

#include <array>
#include <span>
#include <stddef.h>
#include <stdint.h>

namespace whittle {

using Digest = std::array<uint8_t, 32>;

// Takes `blocks` blocks of 64 bytes into the state.
using Sha256Blocks = void (*)(uint32_t state[8], const uint8_t* data, size_t blocks);

// On any machine.
void sha256_blocks(uint32_t state[8], const uint8_t* data, size_t blocks);

Digest sha256_by(Sha256Blocks take_blocks, std::span<const uint8_t> data);

inline constexpr uint32_t kSha256Start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
// The same of data of which the first `done` blocks are in the state already.
Digest sha256_rest(Sha256Blocks take_blocks, uint32_t state[8], std::span<const uint8_t> data, size_t done);

// The rounds' constants: the fractions of the cube roots of the first 64 primes.
inline constexpr uint32_t kSha256Rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// Lower-case hex, 64 characters, without a NUL.
constexpr void hex(const Digest& digest, char* out) {
  for (uint8_t b : digest) {
    *out++ = "0123456789abcdef"[b >> 4];
    *out++ = "0123456789abcdef"[b & 15];
  }
}

}  // namespace whittle
