// SPDX-License-Identifier: Apache-2.0
// Memory for documents that yyjson reads, from an arena: for who reads one after the other, and would otherwise ask the
// system for the memory of each.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/json.h"

#include <string.h>
#include <yyjson.h>

namespace whittle {

// What yyjson asks for is there until the arena is reset; freeing a document does nothing. `arena` must outlive it.
inline yyjson_alc json_memory(Arena& arena) {
  return {[](void* a, size_t size) { return static_cast<Arena*>(a)->allocate(size); },
          [](void* a, void* old, size_t old_size, size_t size) {
            if (size <= old_size) return old;
            void* grown = static_cast<Arena*>(a)->allocate(size);
            memcpy(grown, old, old_size);
            return grown;
          },
          [](void*, void*) {}, &arena};
}

// Null when `t` is no JSON. Half a surrogate pair is U+FFFD, as in Go.
inline yyjson_doc* read_json(Text t, Arena& arena) {
  const yyjson_alc memory = json_memory(arena);
  t = with_whole_surrogates(t, arena);
  return yyjson_read_opts(const_cast<char*>(t.data()), t.size(), 0, &memory, nullptr);
}

}  // namespace whittle
