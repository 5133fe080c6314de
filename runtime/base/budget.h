// SPDX-License-Identifier: Apache-2.0
// What the process may hold of memory that is booked (base/memory.h), whatever peers send: beyond it nothing more is
// taken in, and senders are told to come again.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/memory.h"

namespace whittle {

extern constinit uint64_t memory_budget;  // bytes; set once, at the start

// Bytes that may still be booked.
inline uint64_t budget_left() {
  return memory_held() < memory_budget ? memory_budget - memory_held() : 0;
}

// The memory that there is: of the container (cgroups, version 2 and 1), or of the machine; 0 where it cannot be found
// out. Reads files.
uint64_t total_memory();

// Defined by the generated module: the memory that the collector was built for (`build --memory`); 0: whatever there
// is.
extern "C" const uint64_t whittle_memory;

// Sets the budget: five eighths of what `given` says ("32MiB", "64 MiB" or a number of bytes), or, where it is empty,
// of `built_for` (0: not said) and the memory that there is, whichever is less. The rest is code, stacks, what
// libraries hold, and one message as it is decoded. False when `given` is no size.
bool set_memory_budget(Text given, uint64_t built_for);

}  // namespace whittle
