// SPDX-License-Identifier: Apache-2.0
// Received bytes, shared by counting: a request body is one Buffer, and whatever goes on with a part of it holds a
// reference. One thread owns them all, so the count is a plain integer.
#pragma once

#include "runtime/base/bytes.h"

#include <stddef.h>
#include <stdint.h>

namespace whittle {

struct Buffer {
  uint32_t references;
  uint32_t mark;  // of the last walk that has met this buffer; see Payload::held
  uint64_t capacity;
  uint8_t* data() { return reinterpret_cast<uint8_t*>(this + 1); }
};

// Gives the memory of freed buffers that are kept for the next use back to the system; the loop does so when it is
// idle.
void buffer_cache_trim();

class BufferRef {
public:
  BufferRef() = default;
  // A new buffer of that many unset bytes.
  static BufferRef allocate(size_t capacity);
  static BufferRef copy(Bytes b);
  // What was written becomes a buffer, without a copy: of `w` the first kHead bytes are unset, and the buffer's data is
  // what stands behind them.
  static BufferRef of(class Writer&& w);
  static constexpr size_t kHead = sizeof(Buffer);

  BufferRef(const BufferRef& o) : buffer_(o.buffer_) {
    if (buffer_) ++buffer_->references;
  }
  BufferRef(BufferRef&& o) noexcept : buffer_(o.buffer_) { o.buffer_ = nullptr; }
  BufferRef& operator=(BufferRef o) noexcept {
    Buffer* b = buffer_;
    buffer_ = o.buffer_;
    o.buffer_ = b;
    return *this;
  }
  ~BufferRef() {
    if (buffer_ && --buffer_->references == 0) release(buffer_);
  }

  explicit operator bool() const { return buffer_ != nullptr; }
  uint8_t* data() const { return buffer_->data(); }
  size_t capacity() const { return buffer_ ? buffer_->capacity : 0; }
  // What this reference keeps from being freed.
  size_t held() const { return buffer_ ? sizeof(Buffer) + buffer_->capacity : 0; }
  bool same(const BufferRef& o) const { return buffer_ == o.buffer_; }
  // True the first time that it is asked of this buffer with this mark.
  bool first_met(uint32_t mark) const {
    if (!buffer_ || buffer_->mark == mark) return false;
    buffer_->mark = mark;
    return true;
  }

private:
  static void release(Buffer* buffer);
  Buffer* buffer_ = nullptr;
};

// A part of a buffer.
struct Slice {
  BufferRef owner;
  Bytes bytes;
};

}  // namespace whittle
