// SPDX-License-Identifier: Apache-2.0
// Hashing of text, for tables that live in one process.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>
#include <string.h>

namespace whittle {

inline uint64_t hash_mix(uint64_t a, uint64_t b) {
  unsigned __int128 m = static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xA0761D6478BD642F);
  return static_cast<uint64_t>(m) ^ static_cast<uint64_t>(m >> 64);
}

// Depends on every byte. Continue over several texts by passing the last result as `seed`.
inline uint64_t hash_text(Text t, uint64_t seed = 0) {
  uint64_t h = hash_mix(seed, t.size());
  const char* p = t.data();
  size_t n = t.size();
  for (; n > 8; p += 8, n -= 8) {
    uint64_t v;
    memcpy(&v, p, 8);
    h = hash_mix(h, v);
  }
  uint64_t v = 0;
  if (n) memcpy(&v, p, n);
  return hash_mix(h, v);
}

}  // namespace whittle
