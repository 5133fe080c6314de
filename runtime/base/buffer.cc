// SPDX-License-Identifier: Apache-2.0
// Where Buffers come from. Small ones are malloc's. Large ones (request bodies of busy senders) are blocks that are
// used again; capacities come in four steps a doubling so that bodies of nearly equal size fit each other's.
#include "runtime/base/buffer.h"

#include "runtime/base/blocks.h"
#include "runtime/base/check.h"
#include "runtime/base/memory.h"
#include "runtime/base/writer.h"

#include <new>
#include <stdlib.h>
#include <string.h>

namespace whittle {

constinit uint64_t memory_booked = 0;

static constexpr size_t kLarge = 32 * 1024;

void buffer_cache_trim() {
  trim_blocks();
}

BufferRef BufferRef::allocate(size_t capacity) {
  CHECK(capacity <= SIZE_MAX / 4);
  BufferRef ref;
  if (capacity >= kLarge) {
    capacity = block_size(sizeof(Buffer) + capacity) - sizeof(Buffer);
    ref.buffer_ = static_cast<Buffer*>(take_block(sizeof(Buffer) + capacity));
  } else {
    ref.buffer_ = static_cast<Buffer*>(malloc(sizeof(Buffer) + capacity));
    CHECK(ref.buffer_ != nullptr);
  }
  ref.buffer_->capacity = capacity;
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

// Blocks and what malloc gave are given back in the same ways by both.
BufferRef BufferRef::of(Writer&& w) {
  CHECK(w.size_ >= kHead);
  BufferRef ref;
  ref.buffer_ = new (w.data_) Buffer{.references = 1, .mark = 0, .capacity = w.capacity_ - kHead};
  w.data_ = nullptr;
  w.size_ = w.capacity_ = 0;
  return ref;
}

void BufferRef::release(Buffer* buffer) {
  unbook_memory(sizeof(Buffer) + buffer->capacity);
  if (buffer->capacity < kLarge) free(buffer);
  else give_block(buffer, sizeof(Buffer) + buffer->capacity);
}

}  // namespace whittle
