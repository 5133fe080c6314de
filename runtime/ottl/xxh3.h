// SPDX-License-Identifier: Apache-2.0
// XXH3 with seed 0, as the specification has it (doc/xxhash_spec.md of github.com/Cyan4973/xxHash): 64 and 128 bits.
// One lane of eight at a time; texts that are hashed here are short.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>
#include <string.h>

namespace whittle::ottl {

namespace xxh3 {

inline constexpr uint64_t kPrime32_1 = 0x9E3779B1, kPrime32_2 = 0x85EBCA77, kPrime32_3 = 0xC2B2AE3D;
inline constexpr uint64_t kPrime64_1 = 0x9E3779B185EBCA87, kPrime64_2 = 0xC2B2AE3D27D4EB4F,
                          kPrime64_3 = 0x165667B19E3779F9, kPrime64_4 = 0x85EBCA77C2B2AE63,
                          kPrime64_5 = 0x27D4EB2F165667C5;
inline constexpr uint64_t kMix1 = 0x165667919E3779F9, kMix2 = 0x9FB21C651E98DF25;

inline constexpr size_t kSecretSize = 192;
inline constexpr uint8_t kSecret[kSecretSize] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c, 0xde, 0xd4,
    0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f, 0xcb, 0x79, 0xe6, 0x4e,
    0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21, 0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43,
    0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c, 0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb,
    0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3, 0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19,
    0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8, 0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7,
    0xc7, 0x0b, 0x4f, 0x1d, 0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78,
    0x73, 0x64, 0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e, 0x2b, 0x16,
    0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce, 0x45, 0xcb, 0x3a, 0x8f,
    0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e};

struct Wide {
  uint64_t low, high;
};

// Least byte first, as all machines have it that collectors run on.
inline uint32_t load32(const uint8_t* p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}
inline uint64_t load64(const uint8_t* p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}
// Eight bytes of the secret at one place, flipped by those at the next.
inline uint64_t flip64(size_t at) {
  return load64(kSecret + at) ^ load64(kSecret + at + 8);
}
inline uint64_t flip32(size_t at) {
  return load32(kSecret + at) ^ load32(kSecret + at + 4);
}
inline uint32_t rotate32(uint32_t v, int n) {
  return v << n | v >> (32 - n);
}
inline uint64_t rotate64(uint64_t v, int n) {
  return v << n | v >> (64 - n);
}
inline Wide multiply(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return {static_cast<uint64_t>(product), static_cast<uint64_t>(product >> 64)};
}
inline uint64_t fold(uint64_t a, uint64_t b) {
  const Wide w = multiply(a, b);
  return w.low ^ w.high;
}
inline uint64_t avalanche(uint64_t h) {
  h = (h ^ h >> 37) * kMix1;
  return h ^ h >> 32;
}
// That of XXH64, which inputs of up to three bytes end with.
inline uint64_t avalanche64(uint64_t h) {
  h = (h ^ h >> 33) * kPrime64_2;
  h = (h ^ h >> 29) * kPrime64_3;
  return h ^ h >> 32;
}
inline uint64_t mix16(const uint8_t* p, const uint8_t* secret) {
  return fold(load64(p) ^ load64(secret), load64(p + 8) ^ load64(secret + 8));
}
inline void mix32(Wide& to, const uint8_t* a, const uint8_t* b, const uint8_t* secret) {
  to.low = (to.low + mix16(a, secret)) ^ (load64(b) + load64(b + 8));
  to.high = (to.high + mix16(b, secret + 16)) ^ (load64(a) + load64(a + 8));
}
inline Wide finish(const Wide& w, uint64_t n) {
  return {avalanche(w.low + w.high), 0 - avalanche(w.low * kPrime64_1 + w.high * kPrime64_4 + n * kPrime64_2)};
}

// Inputs of more than 240 bytes: eight lanes over stripes of 64 bytes, stirred after each block of sixteen.
struct Lanes {
  uint64_t lane[8] = {kPrime32_3, kPrime64_1, kPrime64_2, kPrime64_3, kPrime64_4, kPrime32_2, kPrime64_5, kPrime32_1};

  explicit Lanes(Bytes b) {
    constexpr size_t kStripe = 64, kStripes = (kSecretSize - kStripe) / 8;
    const size_t last = (b.size() - 1) / kStripe;  // the last stripe is taken from the end
    for (size_t s = 0; s < last; ++s) {
      take(b.data() + s * kStripe, kSecret + s % kStripes * 8);
      if (s % kStripes == kStripes - 1) stir();
    }
    take(b.data() + b.size() - kStripe, kSecret + kSecretSize - kStripe - 7);
  }
  uint64_t merged(size_t secret, uint64_t start) const {
    for (size_t i = 0; i < 4; ++i)
      start += fold(lane[2 * i] ^ load64(kSecret + secret + 16 * i),
                    lane[2 * i + 1] ^ load64(kSecret + secret + 16 * i + 8));
    return avalanche(start);
  }

private:
  void take(const uint8_t* p, const uint8_t* secret) {
    for (size_t i = 0; i < 8; ++i) {
      const uint64_t value = load64(p + 8 * i), key = value ^ load64(secret + 8 * i);
      lane[i ^ 1] += value;
      lane[i] += (key & 0xFFFFFFFF) * (key >> 32);
    }
  }
  void stir() {
    for (size_t i = 0; i < 8; ++i)
      lane[i] = (lane[i] ^ lane[i] >> 47 ^ load64(kSecret + kSecretSize - 64 + 8 * i)) * kPrime32_1;
  }
};

// One to three bytes in four.
inline uint32_t combined(Bytes b) {
  const size_t n = b.size();
  return b[n - 1] | static_cast<uint32_t>(n) << 8 | uint32_t{b[0]} << 16 | uint32_t{b[n / 2]} << 24;
}

}  // namespace xxh3

inline uint64_t xxh3_64(Bytes b) {
  using namespace xxh3;
  const uint8_t* p = b.data();
  const size_t n = b.size();
  if (n == 0) return avalanche64(flip64(56));
  if (n <= 3) return avalanche64(flip32(0) ^ combined(b));
  if (n <= 8) {
    uint64_t h = flip64(8) ^ (load32(p + n - 4) | uint64_t{load32(p)} << 32);
    h = (h ^ rotate64(h, 49) ^ rotate64(h, 24)) * kMix2;
    h = (h ^ ((h >> 35) + n)) * kMix2;
    return h ^ h >> 28;
  }
  if (n <= 16) {
    const uint64_t low = flip64(24) ^ load64(p), high = flip64(40) ^ load64(p + n - 8);
    return avalanche(n + __builtin_bswap64(low) + high + fold(low, high));
  }
  uint64_t sum = n * kPrime64_1;
  if (n <= 128) {
    for (size_t i = (n - 1) / 32 + 1; i-- > 0;)
      sum += mix16(p + 16 * i, kSecret + 32 * i) + mix16(p + n - 16 * (i + 1), kSecret + 32 * i + 16);
    return avalanche(sum);
  }
  if (n <= 240) {
    for (size_t i = 0; i < 8; ++i) sum += mix16(p + 16 * i, kSecret + 16 * i);
    sum = avalanche(sum);
    for (size_t i = 8; i < n / 16; ++i) sum += mix16(p + 16 * i, kSecret + 16 * (i - 8) + 3);
    return avalanche(sum + mix16(p + n - 16, kSecret + 119));
  }
  return Lanes(b).merged(11, n * kPrime64_1);
}

inline xxh3::Wide xxh3_128(Bytes b) {
  using namespace xxh3;
  const uint8_t* p = b.data();
  const size_t n = b.size();
  if (n == 0) return {avalanche64(flip64(64)), avalanche64(flip64(80))};
  if (n <= 3) {
    const uint32_t low = combined(b), high = rotate32(__builtin_bswap32(low), 13);
    return {avalanche64(flip32(0) ^ low), avalanche64(flip32(8) ^ high)};
  }
  if (n <= 8) {
    const uint64_t keyed = flip64(16) ^ (load32(p) | uint64_t{load32(p + n - 4)} << 32);
    Wide w = multiply(keyed, kPrime64_1 + (n << 2));
    w.high += w.low << 1;
    w.low ^= w.high >> 3;
    w.low = (w.low ^ w.low >> 35) * kMix2;
    return {w.low ^ w.low >> 28, avalanche(w.high)};
  }
  if (n <= 16) {
    const uint64_t first = load64(p);
    uint64_t last = load64(p + n - 8);
    Wide w = multiply(first ^ last ^ flip64(32), kPrime64_1);
    w.low += uint64_t{n - 1} << 54;
    last ^= flip64(48);
    w.high += last + (last & 0xFFFFFFFF) * (kPrime32_2 - 1);
    w.low ^= __builtin_bswap64(w.high);
    Wide h = multiply(w.low, kPrime64_2);
    h.high += w.high * kPrime64_2;
    return {avalanche(h.low), avalanche(h.high)};
  }
  Wide sum{n * kPrime64_1, 0};
  if (n <= 128) {
    for (size_t i = (n - 1) / 32 + 1; i-- > 0;) mix32(sum, p + 16 * i, p + n - 16 * (i + 1), kSecret + 32 * i);
    return finish(sum, n);
  }
  if (n <= 240) {
    for (size_t i = 0; i < 4; ++i) mix32(sum, p + 32 * i, p + 32 * i + 16, kSecret + 32 * i);
    sum = {avalanche(sum.low), avalanche(sum.high)};
    for (size_t i = 4; i < n / 32; ++i) mix32(sum, p + 32 * i, p + 32 * i + 16, kSecret + 32 * (i - 4) + 3);
    mix32(sum, p + n - 16, p + n - 32, kSecret + 103);
    return finish(sum, n);
  }
  const Lanes lanes(b);
  return {lanes.merged(11, n * kPrime64_1), lanes.merged(kSecretSize - 64 - 11, ~(n * kPrime64_2))};
}

}  // namespace whittle::ottl
