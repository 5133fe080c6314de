// SPDX-License-Identifier: Apache-2.0
// Bump allocation from chunks that double up to 64 KiB; what is larger than that gets a chunk of its own size.
#include "runtime/base/arena.h"

#include "runtime/base/blocks.h"
#include "runtime/base/check.h"
#include "runtime/base/memory.h"

#include <stdlib.h>
#include <string.h>

namespace whittle {

static constexpr size_t kFirstChunk = 1024;
static constexpr size_t kLargestChunk = 64 * 1024;

void* Arena::allocate_elsewhere(size_t size, size_t align) {
  CHECK(size <= SIZE_MAX / 2 && align <= 4096);
  size_t chunk_size = chunks_ ? chunks_->size * 2 : kFirstChunk;
  if (chunk_size > kLargestChunk) chunk_size = kLargestChunk;
  const size_t needed = sizeof(Chunk) + align + size;
  if (chunk_size < needed) chunk_size = needed;
  if (chunk_size >= kBlock) chunk_size = block_size(chunk_size);
  auto* chunk = static_cast<Chunk*>(chunk_size >= kBlock ? take_block(chunk_size) : malloc(chunk_size));
  CHECK(chunk != nullptr);
  chunk->next = chunks_;
  chunk->size = chunk_size;
  chunks_ = chunk;
  held_ += chunk_size;
  book_memory(chunk_size);
  at_ = reinterpret_cast<uint8_t*>(chunk + 1);
  end_ = reinterpret_cast<uint8_t*>(chunk) + chunk_size;
  return allocate(size, align);
}

Text Arena::copy(Text t) {
  char* out = array<char>(t.size() + 1);
  if (!t.empty()) memcpy(out, t.data(), t.size());
  out[t.size()] = 0;
  return {out, t.size()};
}

void Arena::free_chunk(Chunk* chunk) {
  if (chunk->size >= kBlock) give_block(chunk, chunk->size);
  else free(chunk);
}

void Arena::free_older() {
  while (Chunk* older = chunks_->next) {
    chunks_->next = older->next;
    held_ -= older->size;
    unbook_memory(older->size);
    free_chunk(older);
  }
}

void Arena::reset() {
  if (!chunks_) return;
  // The first chunk, the oldest, is the last of the list.
  while (Chunk* next = chunks_->next) {
    held_ -= chunks_->size;
    unbook_memory(chunks_->size);
    free_chunk(chunks_);
    chunks_ = next;
  }
  at_ = reinterpret_cast<uint8_t*>(chunks_ + 1);
  end_ = reinterpret_cast<uint8_t*>(chunks_) + chunks_->size;
}

void Arena::release() {
  reset();
  unbook_memory(held_);
  if (chunks_) free_chunk(chunks_);
  chunks_ = nullptr;
  at_ = end_ = nullptr;
  held_ = 0;
}

}  // namespace whittle
