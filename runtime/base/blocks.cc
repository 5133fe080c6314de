// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/blocks.h"

#include "runtime/base/check.h"

#include <stdint.h>
#include <stdlib.h>

namespace whittle {

namespace {

struct Kept {
  void* block;
  size_t size;
};
constexpr uint32_t kMostKept = 128;
constexpr size_t kMostBytes = 4 * 1024 * 1024;

#if __has_feature(address_sanitizer)
constexpr bool kFreedAtOnce = true;  // who uses it afterwards is found out
#else
constexpr bool kFreedAtOnce = false;
#endif

constinit Kept kept[kMostKept] = {};  // in the order in which they were given back
constinit uint32_t kept_count = 0;
constinit size_t kept_bytes = 0;

void remove(uint32_t index) {
  kept_bytes -= kept[index].size;
  --kept_count;
  for (uint32_t i = index; i < kept_count; ++i) kept[i] = kept[i + 1];
}

}  // namespace

void* take_block(size_t size) {
  for (uint32_t i = kept_count; i-- > 0;) {
    if (kept[i].size != size) continue;
    void* block = kept[i].block;
    remove(i);
    return block;
  }
  void* block = malloc(size);
  CHECK(block != nullptr);
  return block;
}

void give_block(void* block, size_t size) {
  if (size > kMostBytes || kFreedAtOnce) return free(block);
  // The oldest make room: the sizes in use lately are the ones worth keeping.
  while (kept_count == kMostKept || (kept_count > 0 && kept_bytes + size > kMostBytes)) {
    free(kept[0].block);
    remove(0);
  }
  kept[kept_count++] = {block, size};
  kept_bytes += size;
}

void trim_blocks() {
  while (kept_count > 0) {
    free(kept[kept_count - 1].block);
    remove(kept_count - 1);
  }
}

}  // namespace whittle
