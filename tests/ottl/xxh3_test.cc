// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xxh3.h"

#include <gtest/gtest.h>
#include <vector>

namespace whittle::ottl {
namespace {

// Each length from nothing to beyond the second block, whose hashes are hashed again: as github.com/zeebo/xxh3 has it.
TEST(Xxh3, AllLengths) {
  std::vector<uint8_t> input(2200);
  uint32_t x = 1;
  for (uint8_t& b : input) b = static_cast<uint8_t>((x = x * 1103515245 + 12345) >> 16);
  std::vector<uint8_t> hashes;
  auto add = [&](uint64_t h) {
    hashes.insert(hashes.end(), reinterpret_cast<uint8_t*>(&h), reinterpret_cast<uint8_t*>(&h + 1));
  };
  for (size_t n = 0; n <= input.size(); ++n) {
    add(xxh3_64({input.data(), n}));
    const xxh3::Wide w = xxh3_128({input.data(), n});
    add(w.high), add(w.low);
  }
  EXPECT_EQ(xxh3_64(hashes), 0x735aa003463a68afu);
  EXPECT_EQ(xxh3_128(hashes).high, 0x144bd09809430514u);
}

}  // namespace
}  // namespace whittle::ottl
