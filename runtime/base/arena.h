// SPDX-License-Identifier: Apache-2.0
// Memory that is freed all at once: one arena per request or batch. What lives in one is trivially destructible.
#pragma once

#include "runtime/base/bytes.h"

#include <new>
#include <stddef.h>
#include <stdint.h>
#include <type_traits>
#include <utility>

namespace whittle {

class Arena {
public:
  Arena() = default;
  ~Arena() { release(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised memory, valid until reset(). Never null: memory that the system does not give ends the process.
  void* allocate(size_t size, size_t align = 16) {
    const uintptr_t at = (reinterpret_cast<uintptr_t>(at_) + align - 1) & ~(align - 1);
    const auto end = reinterpret_cast<uintptr_t>(end_);
    if (at_ == nullptr || at > end || size > end - at) [[unlikely]]
      return allocate_elsewhere(size, align);
    at_ = reinterpret_cast<uint8_t*>(at) + size;
    return reinterpret_cast<void*>(at);
  }

  template <class T>
  T* array(size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(n * sizeof(T), alignof(T)));
  }

  template <class T, class... A>
  T* make(A&&... a) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<A>(a)...};
  }

  // A copy of `t`, with a NUL behind it.
  Text copy(Text t);

  // Frees everything, keeping the first chunk for the next use.
  void reset();
  // The same, keeping the largest: where the next use, which comes at once, needs about as much.
  void recycle() {
    if (chunks_ && chunks_->next) free_older();
    if (chunks_) at_ = reinterpret_cast<uint8_t*>(chunks_ + 1);
  }
  // Frees everything.
  void release();

  // Bytes taken from the system and held.
  size_t held() const { return held_; }

private:
  struct Chunk {
    Chunk* next;
    size_t size;
  };
  void* allocate_elsewhere(size_t size, size_t align);
  void free_older();  // all but the last made, which is the largest or holds something large
  static void free_chunk(Chunk* chunk);
  Chunk* chunks_ = nullptr;
  uint8_t* at_ = nullptr;
  uint8_t* end_ = nullptr;
  size_t held_ = 0;
};

}  // namespace whittle
