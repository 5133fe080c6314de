// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/backoff.h"

#include <gtest/gtest.h>
#include <vector>

namespace whittle {
namespace {

constexpr uint32_t kLeast = 0, kMiddle = 0x7fffffff, kMost = 0xffffffff;
constexpr BackoffSettings kNoGivingUp{.first = 1000, .multiplier = 2, .longest = 5000, .spread = 0.5};

TEST(Backoff, WaitsLongerEachTime) {
  Backoff b;
  std::vector<int64_t> waits;
  for (int i = 0; i < 5; ++i) waits.push_back(*b.next(kNoGivingUp, 1, kMiddle));
  for (size_t i = 0; i < waits.size(); ++i)
    EXPECT_NEAR(static_cast<double>(waits[i]), (std::vector<double>{1000, 2000, 4000, 5000, 5000})[i], 2) << i;
}

TEST(Backoff, IsVariedWithinTheSpread) {
  for (double spread : {0.0, 0.5, 1.0}) {
    BackoffSettings s = kNoGivingUp;
    s.spread = spread;
    EXPECT_EQ(*Backoff().next(s, 1, kLeast), static_cast<int64_t>(1000 * (1 - spread)));
    EXPECT_EQ(*Backoff().next(s, 1, kMost), static_cast<int64_t>(1000 * (1 + spread)));
  }
}

TEST(Backoff, GivesUpBeforeAWaitThatEndsTooLate) {
  BackoffSettings s{.first = 100, .multiplier = 1, .longest = 100, .spread = 0, .give_up_after = 300};
  Backoff b;
  b.begin(1000);
  EXPECT_EQ(b.next(s, 1050, kMiddle), 100);
  EXPECT_EQ(b.next(s, 1200, kMiddle), 100);  // ends at 1300, just in time
  EXPECT_EQ(b.next(s, 1201, kMiddle), std::nullopt);
  // Without begin() time counts from the first failure.
  Backoff late;
  EXPECT_EQ(late.next(s, 1201, kMiddle), 100);
}

TEST(Backoff, WhatTheOtherSideAsksForCounts) {
  Backoff b;
  EXPECT_EQ(b.next(kNoGivingUp, 1, kMiddle, 60'000), 60'000);
  EXPECT_NEAR(static_cast<double>(*b.next(kNoGivingUp, 1, kMiddle, 0)), 2000, 2);  // and does not last
  BackoffSettings s = kNoGivingUp;
  s.give_up_after = 50'000;
  EXPECT_EQ(Backoff().next(s, 1, kMiddle, 60'000), std::nullopt);
}

TEST(Backoff, AMultiplierBelowOneDoesNotShortenWaits) {
  BackoffSettings s = kNoGivingUp;
  s.multiplier = 0.5;
  s.spread = 0;
  Backoff b;
  EXPECT_EQ(b.next(s, 1, kMiddle), 1000);
  EXPECT_EQ(b.next(s, 1, kMiddle), 1000);
  s.first = 0;  // nothing to multiply: repeated at once
  Backoff none;
  EXPECT_EQ(none.next(s, 1, kMiddle), 0);
  EXPECT_EQ(none.next(s, 1, kMiddle), 0);
}

}  // namespace
}  // namespace whittle
