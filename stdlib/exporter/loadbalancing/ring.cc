// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/loadbalancing/ring.h"

#include <algorithm>
#include <zlib.h>

namespace whittle {

static constexpr uint32_t kPlaces = 36'000, kSpotsOfName = 100;
static constexpr uint32_t kMostProbes = 10;  // ahead of a place that is taken

static uint32_t place_of(Bytes bytes, uLong before) {
  return static_cast<uint32_t>(crc32_z(before, bytes.data(), bytes.size())) % kPlaces;
}

Ring::Ring(const std::vector<Text>& names) {
  std::vector<bool> taken(kPlaces);
  for (uint32_t n = 0; n < names.size(); ++n) {
    const Bytes name = as_bytes(names[n]);
    const uLong hash = crc32_z(crc32_z(0, nullptr, 0), name.data(), name.size());
    for (uint32_t i = 0; i < kSpotsOfName; ++i) {
      const uint8_t number[] = {static_cast<uint8_t>(i), 0, 0, 0};
      uint32_t place = place_of(number, hash), probes = 0;
      for (; taken[place] && probes < kMostProbes; ++probes) place = (place + 1) % kPlaces;
      if (probes == kMostProbes) continue;
      taken[place] = true;
      spots_.push_back({place, n});
    }
  }
  std::sort(spots_.begin(), spots_.end(), [](const Spot& a, const Spot& b) { return a.place < b.place; });
}

uint32_t Ring::at(Bytes key) const {
  const uint32_t place = place_of(key, crc32_z(0, nullptr, 0));
  const auto spot =
      std::lower_bound(spots_.begin(), spots_.end(), place, [](const Spot& s, uint32_t p) { return s.place < p; });
  return (spot == spots_.end() ? spots_.front() : *spot).name;
}

}  // namespace whittle
