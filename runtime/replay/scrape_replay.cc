// SPDX-License-Identifier: Apache-2.0
// Scrapes of a replay happen where its lines say so.
#include "runtime/prometheus/scraper.h"

#include <vector>

namespace whittle {

static std::vector<Scraper>& scrapers() {
  static auto* list = new std::vector<Scraper>;
  return *list;
}

extern "C" void rt_replay_scraper(const Scraper& scraper) {
  scrapers().push_back(scraper);
}

// False: nobody scrapes this target.
bool replay_scrape(Text target, Text path) {
  bool any = false;
  for (const Scraper& s : scrapers()) any |= s.scrape(s.self, target, path);
  return any;
}

}  // namespace whittle
