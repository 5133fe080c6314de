// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include <bit>

namespace whittle {

void sha256_blocks(uint32_t state[8], const uint8_t* p, size_t blocks) {
  using std::rotr;
  for (; blocks > 0; --blocks, p += 64) {
    uint32_t w[64];
    for (int i = 0; i < 16; ++i)
      w[i] = uint32_t{p[4 * i]} << 24 | uint32_t{p[4 * i + 1]} << 16 | uint32_t{p[4 * i + 2]} << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; ++i) {
      uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) + w[i - 7] + (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
    }
    uint32_t s[8];
    for (int i = 0; i < 8; ++i) s[i] = state[i];
    for (int i = 0; i < 64; ++i) {
      uint32_t one = s[7] + (rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                     kSha256Rounds[i] + w[i];
      uint32_t two =
          (rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      for (int k = 7; k > 0; --k) s[k] = s[k - 1];
      s[4] += one;
      s[0] = one + two;
    }
    for (int i = 0; i < 8; ++i) state[i] += s[i];
  }
}

Digest sha256_by(Sha256Blocks take_blocks, std::span<const uint8_t> data) {
  uint32_t state[8];
  for (int i = 0; i < 8; ++i) state[i] = kSha256Start[i];
  return sha256_rest(take_blocks, state, data, 0);
}

Digest sha256_rest(Sha256Blocks take_blocks, uint32_t state[8], std::span<const uint8_t> data, size_t done) {
  size_t whole = data.size() / 64, rest = data.size() % 64;
  if (whole > done) take_blocks(state, data.data() + 64 * done, whole - done);
  // The rest, a one bit, zeros, and the length in bits make one or two whole blocks.
  uint8_t last[128] = {};
  size_t size = rest < 56 ? 64 : 128;
  for (size_t i = 0; i < rest; ++i) last[i] = data[whole * 64 + i];
  last[rest] = 0x80;
  uint64_t bits = uint64_t{data.size()} * 8;
  for (size_t i = 0; i < 8; ++i) last[size - 1 - i] = static_cast<uint8_t>(bits >> (8 * i));
  take_blocks(state, last, size / 64);
  Digest d;
  for (size_t i = 0; i < 32; ++i) d[i] = static_cast<uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  return d;
}

}  // namespace whittle
