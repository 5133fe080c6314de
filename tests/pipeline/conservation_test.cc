// SPDX-License-Identifier: Apache-2.0
// Ten thousand random pipelines, or as many as WHITTLE_PIPELINES says. A failure prints the seed: WHITTLE_SEED runs
// that one alone, and as many from there on as WHITTLE_PIPELINES says where both are given.
#include "tests/pipeline/conservation.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace whittle::testing {
namespace {

std::vector<uint8_t> bytes_of(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(64 + random() % 1500);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
  return bytes;
}

TEST(Conservation, NothingIsLostUncountedOrSentTwice) {
  const char *count = getenv("WHITTLE_PIPELINES"), *one = getenv("WHITTLE_SEED");
  const uint64_t first = one ? strtoull(one, nullptr, 10) : 1;
  const uint64_t last = count ? first + strtoull(count, nullptr, 10) - 1 : one ? first : 10'000;
  ConservationResult sum;
  for (uint64_t seed = first; seed <= last; ++seed) {
    ConservationResult r = run_conservation(bytes_of(seed));
    ASSERT_EQ(r.fault, "") << "seed " << seed;
    sum.acknowledged += r.acknowledged;
    sum.refused += r.refused;
    sum.sent += r.sent;
    sum.lost += r.lost;
  }
  if (first == last) return;
  // The runs are worth something: everything that can happen does.
  EXPECT_GT(sum.acknowledged, 0u);
  EXPECT_GT(sum.refused, 0u);
  EXPECT_GT(sum.lost, 0u);
  EXPECT_GT(sum.sent, sum.lost);
  RecordProperty("acknowledged", std::to_string(sum.acknowledged));
}

}  // namespace
}  // namespace whittle::testing
