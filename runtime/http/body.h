// SPDX-License-Identifier: Apache-2.0
// A request body while it arrives: one Buffer, of the right size from the start when the sender told it, so that what
// is handed on has been copied at most once out of the socket's bytes.
#pragma once

#include "runtime/base/buffer.h"

#include <stdint.h>

namespace whittle {

class Body {
public:
  // `length`: what the sender says will come, 0 when it does not. At most `limit` bytes are taken.
  void expect(uint64_t length, uint64_t limit) {
    length_ = length;
    limit_ = limit;
  }
  // The body is gRPC messages: the length is read from the first message's prefix.
  void expect_grpc(uint64_t limit) {
    grpc_ = true;
    limit_ = limit;
  }

  // Copies `b` in behind what is there. Returns false when that is more than the limit, or than the memory that may be
  // held.
  [[nodiscard]] bool append(Bytes b);
  // A place for at most `most` further bytes (fewer may be given, at least one), to be taken with advance(). Only for
  // bodies whose length is known and within the limit. Without memory for it there is none.
  struct Room {
    uint8_t* data;
    size_t size;
  };
  Room room(size_t most);
  void advance(size_t n) { size_ += n; }

  Bytes bytes() const { return buffer_ ? Bytes{buffer_.data(), size_} : Bytes{}; }
  size_t size() const { return size_; }
  const BufferRef& owner() const { return buffer_; }
  // True when a body was not taken for want of memory: later it may be.
  bool busy() const { return busy_; }
  // The length that a gRPC prefix announced when it was beyond the limit, else 0.
  uint64_t refused_length() const { return refused_; }
  uint64_t limit() const { return limit_; }
  void clear() { *this = Body(); }
  // Puts other bytes in their place: what they decompress to.
  void replace(BufferRef buffer, size_t size) {
    buffer_ = static_cast<BufferRef&&>(buffer);
    size_ = size;
  }

private:
  bool learn_length(Bytes b);  // from a gRPC prefix; false when it is beyond the limit
  [[nodiscard]] bool reserve(uint64_t capacity);

  BufferRef buffer_;
  uint64_t size_ = 0;
  uint64_t length_ = 0;
  uint64_t limit_ = UINT64_MAX;
  uint64_t refused_ = 0;
  bool grpc_ = false;
  bool busy_ = false;
};

}  // namespace whittle
