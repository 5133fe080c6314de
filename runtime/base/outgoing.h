// SPDX-License-Identifier: Apache-2.0
// What of the memory that is booked (base/memory.h) is on its way out: held by exporters until its end is known.
#pragma once

#include <stdint.h>

namespace whittle {

inline constinit uint64_t outgoing_bytes = 0;

// One exporter's part.
class Outgoings {
public:
  Outgoings() = default;
  ~Outgoings() { outgoing_bytes -= bytes_; }
  Outgoings(const Outgoings&) = delete;

  Outgoings& operator+=(uint64_t bytes) {
    bytes_ += bytes;
    outgoing_bytes += bytes;
    return *this;
  }
  Outgoings& operator-=(uint64_t bytes) {
    bytes_ -= bytes;
    outgoing_bytes -= bytes;
    return *this;
  }
  operator uint64_t() const { return bytes_; }

private:
  uint64_t bytes_ = 0;
};

}  // namespace whittle
