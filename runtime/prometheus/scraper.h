// SPDX-License-Identifier: Apache-2.0
// What a component that scrapes shows to a replay, whose lines say when a scrape happens.
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

struct Scraper {
  // Scrapes what has this address and path now; false: nothing has.
  bool (*scrape)(void* self, Text address, Text path);
  void* self;
};

// There in a replay, and null in a collector that runs.
extern "C" __attribute__((weak)) void rt_replay_scraper(const Scraper& scraper);

}  // namespace whittle
