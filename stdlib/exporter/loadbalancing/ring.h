// SPDX-License-Identifier: Apache-2.0
// A consistent hash ring (Karger et al.): each server stands at a hundred places of a circle, and a key belongs to the
// first server from its own place on. A server that leaves gives up only what was its own. Places are those of the
// reference (consistent_hashing.go), so that collectors of both kinds send what belongs together to the same server.
#pragma once

#include "runtime/base/bytes.h"

#include <vector>

namespace whittle {

class Ring {
public:
  Ring() = default;
  // `names` as the reference sorts them; a name that is there twice has twice the places.
  explicit Ring(const std::vector<Text>& names);

  bool empty() const { return spots_.empty(); }
  // The index in `names` of the server that a key belongs to. Not of an empty ring.
  uint32_t at(Bytes key) const;

  struct Spot {
    uint32_t place, name;
    bool operator==(const Spot&) const = default;
  };
  // By place.
  const std::vector<Spot>& spots() const { return spots_; }

private:
  std::vector<Spot> spots_;
};

}  // namespace whittle
