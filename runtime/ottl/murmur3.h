// SPDX-License-Identifier: Apache-2.0
// MurmurHash3 with seed 0 (Austin Appleby; in the public domain as published at github.com/aappleby/smhasher): the
// variants of 32 bits and of 128 bits for 64-bit machines.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>
#include <string.h>

namespace whittle::ottl {

namespace murmur3 {

template <class T>
T rotl(T x, int n) {
  return x << n | x >> (sizeof(T) * 8 - static_cast<size_t>(n));
}
template <class T>
T load(const uint8_t* p, size_t n) {
  T out = 0;
  memcpy(&out, p, n);  // least first on all machines that collectors run on
  return out;
}
inline uint64_t mix(uint64_t h) {
  h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD;
  h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53;
  return h ^ h >> 33;
}

}  // namespace murmur3

inline uint32_t murmur3_32(Bytes b) {
  constexpr uint32_t kFirst = 0xCC9E2D51, kSecond = 0x1B873593;
  uint32_t h = 0;
  auto part = [&](uint32_t k) { h ^= murmur3::rotl(k * kFirst, 15) * kSecond; };
  size_t i = 0;
  for (; i + 4 <= b.size(); i += 4) {
    part(murmur3::load<uint32_t>(b.data() + i, 4));
    h = murmur3::rotl(h, 13) * 5 + 0xE6546B64;
  }
  if (i < b.size()) part(murmur3::load<uint32_t>(b.data() + i, b.size() - i));
  h ^= static_cast<uint32_t>(b.size());
  h = (h ^ h >> 16) * 0x85EBCA6B;
  h = (h ^ h >> 13) * 0xC2B2AE35;
  return h ^ h >> 16;
}

inline void murmur3_128(Bytes b, uint64_t out[2]) {
  constexpr uint64_t kFirst = 0x87C37B91114253D5, kSecond = 0x4CF5AD432745937F;
  uint64_t h1 = 0, h2 = 0;
  auto first = [&](uint64_t k) { h1 ^= murmur3::rotl(k * kFirst, 31) * kSecond; };
  auto second = [&](uint64_t k) { h2 ^= murmur3::rotl(k * kSecond, 33) * kFirst; };
  size_t i = 0;
  for (; i + 16 <= b.size(); i += 16) {
    first(murmur3::load<uint64_t>(b.data() + i, 8));
    h1 = (murmur3::rotl(h1, 27) + h2) * 5 + 0x52DCE729;
    second(murmur3::load<uint64_t>(b.data() + i + 8, 8));
    h2 = (murmur3::rotl(h2, 31) + h1) * 5 + 0x38495AB5;
  }
  const size_t rest = b.size() - i;
  if (rest > 8) second(murmur3::load<uint64_t>(b.data() + i + 8, rest - 8));
  if (rest > 0) first(murmur3::load<uint64_t>(b.data() + i, rest < 8 ? rest : 8));
  h1 ^= b.size(), h2 ^= b.size();
  h1 += h2, h2 += h1;
  h1 = murmur3::mix(h1), h2 = murmur3::mix(h2);
  h1 += h2, h2 += h1;
  out[0] = h1, out[1] = h2;
}

}  // namespace whittle::ottl
