// SPDX-License-Identifier: Apache-2.0
// Copies of every length at every distance are what the C library makes of them; comparisons have its sign.
#define COPY_NAME(name) own_##name
#include "runtime/base/freestanding_copy.cc"

#include <gtest/gtest.h>
#include <random>
#include <string.h>
#include <vector>

namespace {

std::vector<uint8_t> noise(size_t n) {
  std::mt19937 random(7);
  std::vector<uint8_t> bytes(n);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
  return bytes;
}

TEST(Copy, OverlapsAreNoDifference) {
  const std::vector<uint8_t> bytes = noise(2000);
  for (size_t n = 0; n <= 700; n += n < 280 ? 1 : 37) {
    for (size_t from : {0, 1, 7, 200, 333}) {
      for (size_t to : {0, 1, 5, 16, 63, 64, 65, 190, 200, 201, 330, 333, 334, 600, 1200}) {
        std::vector<uint8_t> own = bytes, expected = bytes;
        EXPECT_EQ(own_memmove(own.data() + to, own.data() + from, n), own.data() + to);
        memmove(expected.data() + to, expected.data() + from, n);
        ASSERT_EQ(own, expected) << n << " bytes from " << from << " to " << to;
        if (to < from + n && from < to + n) continue;
        own = bytes;
        own_memcpy(own.data() + to, own.data() + from, n);
        ASSERT_EQ(own, expected) << n << " bytes from " << from << " to " << to;
      }
    }
  }
}

TEST(Copy, ComparisonsHaveASign) {
  const std::vector<uint8_t> bytes = noise(100);
  for (size_t n = 0; n <= 80; ++n) {
    for (size_t at = 0; at <= n; ++at) {
      std::vector<uint8_t> other = bytes;
      if (at < n) other[at] ^= 0x81;
      auto sign = [](int c) { return (c > 0) - (c < 0); };
      EXPECT_EQ(sign(own_memcmp(bytes.data(), other.data(), n)), sign(memcmp(bytes.data(), other.data(), n)))
          << n << " " << at;
      EXPECT_EQ(own_bcmp(bytes.data(), other.data(), n) != 0, at < n) << n << " " << at;
    }
  }
}

TEST(Copy, TheFirstByteIsFound) {
  for (size_t n = 0; n <= 40; ++n) {
    for (size_t at = 0; at <= n; ++at) {
      // Neighbours of what is looked for, which borrow too.
      std::vector<uint8_t> bytes(n + 8, 0x40);
      for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(0x40 + i % 2);
      if (at < n) bytes[at] = 0x3F;
      for (size_t i = at + 2; i < n; i += 3) bytes[i] = 0x3F;
      EXPECT_EQ(own_memchr(bytes.data(), 0x3F, n), memchr(bytes.data(), 0x3F, n)) << n << " " << at;
      EXPECT_EQ(own_memchr(bytes.data(), 0x13F, n), memchr(bytes.data(), 0x3F, n)) << n << " " << at;
    }
  }
}

}  // namespace
