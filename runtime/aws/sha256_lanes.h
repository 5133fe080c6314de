// SPDX-License-Identifier: Apache-2.0
// SHA-256 of several pieces of data side by side, where vectors of the processor make that cheaper than one after the
// other. A hash is a chain in which every step needs the one before it, so within one piece there is nothing to share
// out.
#pragma once

#include "base/sha256.h"

namespace whittle {

constexpr size_t kSha256Lanes = 8;

struct Sha256Lanes {
  // Takes `blocks` blocks of 64 bytes of each lane into its state: state[word][lane].
  using Advance = void (*)(uint32_t state[8][kSha256Lanes], const uint8_t* data[kSha256Lanes], size_t blocks);

  Advance advance = nullptr;  // null: not on this machine
  size_t least = 0;           // with fewer lanes in use than this, one after the other is faster
};

// What this machine has; `sha`: it also has instructions for one hash. `avx512`: if it has those, they are used.
Sha256Lanes sha256_lanes(bool sha, bool avx512);

// The digests of all of these, in their order. `one`: the way to take in blocks of one.
void sha256_each(const Sha256Lanes& lanes, Sha256Blocks one, std::span<const std::span<const uint8_t>> data,
                 Digest* out);

}  // namespace whittle
