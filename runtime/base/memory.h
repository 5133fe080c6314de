// SPDX-License-Identifier: Apache-2.0
// The account of the memory that telemetry takes. Whoever takes memory on behalf of a peer books it here when it takes
// it and when it gives it back: received buffers, what encoders write, arenas, connections. What is booked is what was
// asked of the allocator, so limits that are held against the account hold for the process, up to the allocator's own
// overhead and what is fixed (code, the loop, the components themselves).
//
// One thread owns it all, so the account is a plain integer.
#pragma once

#include <stdint.h>

namespace whittle {

extern constinit uint64_t memory_booked;

inline void book_memory(uint64_t bytes) {
  memory_booked += bytes;
}
inline void unbook_memory(uint64_t bytes) {
  memory_booked -= bytes;
}
// Bytes booked and not given back.
inline uint64_t memory_held() {
  return memory_booked;
}

// Books a number of bytes for as long as it lives: for memory that a library takes in our place (an HTTP/2 session, a
// TLS connection), of which only the usual size is known.
class Booking {
public:
  explicit Booking(uint64_t bytes = 0) : bytes_(bytes) { book_memory(bytes); }
  ~Booking() { unbook_memory(bytes_); }
  Booking(const Booking&) = delete;

  void set(uint64_t bytes) {
    unbook_memory(bytes_);
    book_memory(bytes);
    bytes_ = bytes;
  }
  uint64_t bytes() const { return bytes_; }

private:
  uint64_t bytes_;
};

}  // namespace whittle
