// SPDX-License-Identifier: Apache-2.0
#include "stdlib/processor/redaction/sha3.h"

#include <bit>
#include <string.h>

namespace whittle {

namespace {

constexpr size_t kRate = 136;  // bytes a block, for 256 bits
constexpr int kRounds = 24;

// Keccak-f[1600] (FIPS 202, section 3.3). Lanes as A[x + 5 * y].
void permute(uint64_t (&a)[25]) {
  // The rotations of rho and the walk of pi, along the cycle that begins at lane 1.
  constexpr uint8_t kLane[24] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};
  constexpr uint8_t kTurn[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                 27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
  uint8_t lfsr = 1;  // of iota's constants
  for (int round = 0; round < kRounds; ++round) {
    uint64_t c[5];
    for (int x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int x = 0; x < 5; ++x) {
      const uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) a[x + y] ^= d;
    }
    uint64_t moved = a[1];
    for (int i = 0; i < 24; ++i) {
      const uint64_t next = a[kLane[i]];
      a[kLane[i]] = std::rotl(moved, kTurn[i]);
      moved = next;
    }
    for (int y = 0; y < 25; y += 5) {
      uint64_t row[5];
      memcpy(row, a + y, sizeof row);
      for (int x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    for (int j = 0; j < 7; ++j) {
      if (lfsr & 1) a[0] ^= uint64_t{1} << ((1u << j) - 1);
      lfsr = static_cast<uint8_t>(lfsr << 1 ^ (lfsr & 0x80 ? 0x71 : 0));
    }
  }
}

}  // namespace

void sha3_256(Bytes data, uint8_t out[32]) {
  uint64_t state[25] = {};
  uint8_t block[kRate];
  for (;;) {
    const size_t n = data.size() < kRate ? data.size() : kRate;
    memset(block, 0, sizeof block);
    if (n > 0) memcpy(block, data.data(), n);
    const bool last = n < kRate;
    if (last) block[n] ^= 0x06, block[kRate - 1] ^= 0x80;
    for (size_t i = 0; i < kRate / 8; ++i) {
      uint64_t lane;
      memcpy(&lane, block + 8 * i, 8);  // both targets are little-endian
      state[i] ^= lane;
    }
    permute(state);
    if (last) break;
    data = data.subspan(n);
  }
  memcpy(out, state, 32);
}

}  // namespace whittle
