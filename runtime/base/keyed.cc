// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/keyed.h"

namespace whittle {

uint64_t siphash(Bytes b, const uint64_t key[2]) {
  uint64_t v0 = key[0] ^ 0x736F6D6570736575, v1 = key[1] ^ 0x646F72616E646F6D, v2 = key[0] ^ 0x6C7967656E657261,
           v3 = key[1] ^ 0x7465646279746573;
  auto rotl = [](uint64_t x, int n) { return x << n | x >> (64 - n); };
  auto round = [&] {
    v0 += v1, v1 = rotl(v1, 13) ^ v0, v0 = rotl(v0, 32);
    v2 += v3, v3 = rotl(v3, 16) ^ v2;
    v0 += v3, v3 = rotl(v3, 21) ^ v0;
    v2 += v1, v1 = rotl(v1, 17) ^ v2, v2 = rotl(v2, 32);
  };
  auto word = [&](uint64_t m) {
    v3 ^= m;
    round();
    v0 ^= m;
  };
  size_t i = 0;
  for (; i + 8 <= b.size(); i += 8) {
    uint64_t m;
    memcpy(&m, b.data() + i, 8);
    word(m);
  }
  uint64_t last = uint64_t{b.size()} << 56;
  for (size_t k = 0; i + k < b.size(); ++k) last |= uint64_t{b[i + k]} << (8 * k);
  word(last);
  v2 ^= 0xFF;
  for (int k = 0; k < 3; ++k) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace whittle
