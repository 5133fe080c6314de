// SPDX-License-Identifier: Apache-2.0
// A growing buffer that encoders write into: the send buffer of a request. Appending never fails; memory that the
// system does not give ends the process.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace whittle {

class Writer {
public:
  Writer() = default;
  ~Writer() {
    if (data_) release();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&& o) noexcept { swap(o); }
  Writer& operator=(Writer&& o) noexcept {
    swap(o);
    return *this;
  }

  void byte(uint8_t b) {
    if (size_ == capacity_) [[unlikely]]
      grow(1);
    data_[size_++] = b;
  }
  void append(Bytes b) {
    if (b.empty()) return;
    copy(room(b.size()), b.data(), b.size());
    size_ += b.size();
  }
  void append(Text t) { append(as_bytes(t)); }

  // A place for `n` more bytes, to be filled and then taken with advance(). Valid until the next call.
  uint8_t* room(size_t n) {
    if (capacity_ - size_ < n) [[unlikely]]
      grow(n);
    return data_ + size_;
  }
  void advance(size_t n) { size_ += n; }

  void truncate(size_t size) { size_ = size; }
  void clear() { size_ = 0; }
  // Inserts `n` unset bytes at `at`, for lengths that are known late.
  void insert(size_t at, size_t n);
  // Takes out `n` bytes at `at`.
  void erase(size_t at, size_t n);

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return capacity_; }
  Bytes bytes() const { return {data_, size_}; }
  Text text() const { return {reinterpret_cast<const char*>(data_), size_}; }

  void swap(Writer& o) noexcept {
    auto d = data_;
    auto s = size_, c = capacity_;
    data_ = o.data_, size_ = o.size_, capacity_ = o.capacity_;
    o.data_ = d, o.size_ = s, o.capacity_ = c;
  }

private:
  friend class BufferRef;  // which takes the memory over
  // Most pieces that encoders write are short, and a call of the C library's memcpy takes longer than they do: two
  // copies that overlap cover every length up to 32.
  static void copy(uint8_t* to, const uint8_t* from, size_t n) {
    if (__builtin_constant_p(n) || n > 32) {
      memcpy(to, from, n);
    } else if (n >= 16) {
      uint8_t a[16], b[16];
      memcpy(a, from, 16);
      memcpy(b, from + n - 16, 16);
      memcpy(to, a, 16);
      memcpy(to + n - 16, b, 16);
    } else if (n >= 8) {
      uint64_t a, b;
      memcpy(&a, from, 8);
      memcpy(&b, from + n - 8, 8);
      memcpy(to, &a, 8);
      memcpy(to + n - 8, &b, 8);
    } else if (n >= 4) {
      uint32_t a, b;
      memcpy(&a, from, 4);
      memcpy(&b, from + n - 4, 4);
      memcpy(to, &a, 4);
      memcpy(to + n - 4, &b, 4);
    } else {
      to[0] = from[0];
      to[n / 2] = from[n / 2];
      to[n - 1] = from[n - 1];
    }
  }
  void release();
  void give_back();
  void grow(size_t n);  // makes room for at least n more bytes, at least doubling

  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace whittle
