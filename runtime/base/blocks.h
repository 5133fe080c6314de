// SPDX-License-Identifier: Apache-2.0
// Large pieces of memory for what comes with every request: bodies, and what encoders write. The allocator would map
// and unmap each and the system would clear every page of it anew, which costs more than writing telemetry into it; so
// some of what is given back is kept, and given out again to who asks for the same size. One thread owns it all.
#pragma once

#include <bit>
#include <stddef.h>

namespace whittle {

// From this size on memory is a block.
inline constexpr size_t kBlock = 8 * 1024;

// The next size of the form {4,5,6,7} * 2^n: sizes that are nearly equal are the same block's.
inline size_t block_size(size_t at_least) {
  const size_t step = std::bit_floor(at_least) / 4;
  return (at_least + step - 1) / step * step;
}

// `size` bytes, at least kBlock; never null.
void* take_block(size_t size);
void give_block(void* block, size_t size);
// Frees what is kept: for when nothing has happened for a while.
void trim_blocks();

}  // namespace whittle
