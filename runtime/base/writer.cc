// SPDX-License-Identifier: Apache-2.0
// How a Writer grows: by doubling, from 256 bytes; large ones are blocks.
#include "runtime/base/writer.h"

#include "runtime/base/blocks.h"
#include "runtime/base/check.h"
#include "runtime/base/memory.h"

namespace whittle {

namespace {

// Most writers hold one short text for a moment: their memory goes from hand to hand.
constexpr size_t kFirst = 256, kMostKept = 16;
#if __has_feature(address_sanitizer)
constexpr bool kKeeps = false;  // who uses it afterwards is found out
#else
constexpr bool kKeeps = true;
#endif
constinit uint8_t* kept[kMostKept] = {};
constinit size_t kept_count = 0;

}  // namespace

void Writer::grow(size_t n) {
  if (capacity_ == 0 && n <= kFirst && kept_count > 0) {
    data_ = kept[--kept_count];
    capacity_ = kFirst;
    book_memory(kFirst);
    return;
  }
  CHECK(n <= SIZE_MAX / 4 && capacity_ <= SIZE_MAX / 4);
  size_t capacity = capacity_ < kFirst / 2 ? kFirst : capacity_ * 2;
  if (capacity < size_ + n) capacity = size_ + n;
  if (capacity >= kBlock) capacity = block_size(capacity);
  uint8_t* data = nullptr;
  if (capacity < kBlock) {
    data = static_cast<uint8_t*>(realloc(data_, capacity));
    CHECK(data != nullptr);
  } else {
    data = static_cast<uint8_t*>(take_block(capacity));
    if (size_ > 0) memcpy(data, data_, size_);
    give_back();
  }
  book_memory(capacity - capacity_);
  data_ = data;
  capacity_ = capacity;
}

void Writer::give_back() {
  if (kKeeps && capacity_ == kFirst && kept_count < kMostKept) kept[kept_count++] = data_;
  else if (capacity_ < kBlock) free(data_);
  else give_block(data_, capacity_);
}

void Writer::release() {
  unbook_memory(capacity_);
  give_back();
}

void Writer::insert(size_t at, size_t n) {
  CHECK(at <= size_);
  room(n);
  memmove(data_ + at + n, data_ + at, size_ - at);
  size_ += n;
}

void Writer::erase(size_t at, size_t n) {
  CHECK(at + n <= size_);
  memmove(data_ + at, data_ + at + n, size_ - at - n);
  size_ -= n;
}

}  // namespace whittle
