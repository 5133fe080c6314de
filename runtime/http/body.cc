// SPDX-License-Identifier: Apache-2.0
// A sender's word for a length is believed up to 1 MiB; a longer body gets its whole buffer when that much has arrived,
// so that many idle connections that announce much do not hold much.
#include "runtime/http/body.h"

#include "runtime/base/budget.h"

#include <string.h>

namespace whittle {

static constexpr uint64_t kBelieved = 1024 * 1024;
static constexpr uint64_t kGrpcPrefix = 5;

bool Body::reserve(uint64_t capacity) {
  if (capacity <= buffer_.capacity()) return true;
  // While it grows the smaller one is there too.
  if (capacity > budget_left()) {
    buffer_cache_trim();
    busy_ = true;
    return false;
  }
  BufferRef larger = BufferRef::allocate(capacity);
  if (size_ > 0) memcpy(larger.data(), buffer_.data(), size_);
  buffer_ = static_cast<BufferRef&&>(larger);
  return true;
}

static uint64_t first_capacity(uint64_t length) {
  return length < kBelieved ? length : kBelieved;
}

Body::Room Body::room(size_t most) {
  if (size_ == buffer_.capacity() && !reserve(size_ == 0 ? first_capacity(length_) : length_)) return {nullptr, 0};
  const size_t free = buffer_.capacity() - size_;
  return {buffer_.data() + size_, most < free ? most : free};
}

bool Body::learn_length(Bytes b) {
  // The prefix may come in pieces; until it is whole only those few bytes are held.
  if (size_ + b.size() < kGrpcPrefix) return true;
  uint8_t prefix[kGrpcPrefix];
  if (size_ > 0) memcpy(prefix, buffer_.data(), size_);
  memcpy(prefix + size_, b.data(), kGrpcPrefix - size_);
  const uint64_t length = uint64_t{prefix[1]} << 24 | uint64_t{prefix[2]} << 16 | uint64_t{prefix[3]} << 8 | prefix[4];
  if (length > limit_ - kGrpcPrefix) {
    refused_ = length;
    return false;
  }
  length_ = length + kGrpcPrefix;
  return true;
}

bool Body::append(Bytes b) {
  if (b.empty()) return true;
  if (grpc_ && size_ < kGrpcPrefix && !learn_length(b)) return false;
  if (b.size() > limit_ - size_) return false;
  const uint64_t needed = size_ + b.size();
  if (needed > buffer_.capacity()) {
    uint64_t capacity = needed;
    if (length_ >= needed) {
      const uint64_t believed = first_capacity(length_);
      capacity = believed >= needed ? believed : length_;
    } else if (size_ > 0 && capacity < size_ * 2) {
      capacity = size_ * 2 < limit_ ? size_ * 2 : limit_;
      if (capacity < needed) capacity = needed;
    }
    if (!reserve(capacity)) return false;
  }
  memcpy(buffer_.data() + size_, b.data(), b.size());
  size_ += b.size();
  return true;
}

}  // namespace whittle
