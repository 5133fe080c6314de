// SPDX-License-Identifier: Apache-2.0
// Where Buffers come from. Small ones are malloc's. Large ones (request bodies of busy senders) would cost an mmap, a
// page fault for every page and an munmap each time, so a few freed ones are kept and used again; capacities come in
// four steps a doubling so that bodies of nearly equal size fit each other's buffers.
#include "runtime/base/buffer.h"

#include "runtime/base/check.h"
#include "runtime/base/memory.h"

#include <bit>
#include <stdlib.h>
#include <string.h>

namespace whittle {

constinit uint64_t memory_booked = 0;

static constexpr size_t kLarge = 32 * 1024;
static constexpr size_t kKeptBuffers = 32;
static constexpr uint64_t kKeptBytes = 4 * 1024 * 1024;

static constinit uint64_t kept_bytes = 0;
static constinit uint32_t kept_count = 0;
static constinit Buffer* kept[kKeptBuffers] = {};  // in the order in which they were freed

// The next capacity of the form {4,5,6,7} * 2^n, header included so that the whole is a number of pages.
static size_t rounded(size_t capacity) {
  const size_t whole = capacity + sizeof(Buffer);
  const size_t step = std::bit_floor(whole) / 4;
  return (whole + step - 1) / step * step - sizeof(Buffer);
}

static void drop_kept(uint32_t index) {
  kept_bytes -= kept[index]->capacity;
  free(kept[index]);
  --kept_count;
  for (uint32_t i = index; i < kept_count; ++i) kept[i] = kept[i + 1];
}

void buffer_cache_trim() {
  while (kept_count > 0) drop_kept(kept_count - 1);
}

BufferRef BufferRef::allocate(size_t capacity) {
  CHECK(capacity <= SIZE_MAX / 4);
  BufferRef ref;
  if (capacity >= kLarge) {
    capacity = rounded(capacity);
    for (uint32_t i = kept_count; i-- > 0;) {
      if (kept[i]->capacity != capacity) continue;
      ref.buffer_ = kept[i];
      kept_bytes -= capacity;
      --kept_count;
      for (uint32_t j = i; j < kept_count; ++j) kept[j] = kept[j + 1];
      break;
    }
  }
  if (!ref.buffer_) {
    ref.buffer_ = static_cast<Buffer*>(malloc(sizeof(Buffer) + capacity));
    CHECK(ref.buffer_ != nullptr);
    ref.buffer_->capacity = capacity;
  }
  ref.buffer_->references = 1;
  ref.buffer_->mark = 0;
  book_memory(sizeof(Buffer) + capacity);
  return ref;
}

BufferRef BufferRef::copy(Bytes b) {
  BufferRef ref = allocate(b.size());
  if (!b.empty()) memcpy(ref.data(), b.data(), b.size());
  return ref;
}

void BufferRef::release(Buffer* buffer) {
  unbook_memory(sizeof(Buffer) + buffer->capacity);
  if (buffer->capacity < kLarge || buffer->capacity > kKeptBytes) {
    free(buffer);
    return;
  }
  // The oldest make room: the sizes in use lately are the ones worth keeping.
  while (kept_count == kKeptBuffers || (kept_count > 0 && kept_bytes + buffer->capacity > kKeptBytes)) drop_kept(0);
  kept_bytes += buffer->capacity;
  kept[kept_count++] = buffer;
}

}  // namespace whittle
