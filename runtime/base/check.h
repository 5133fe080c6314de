// SPDX-License-Identifier: Apache-2.0
// Assertions about our own code. Bytes from a peer must never reach one.
#pragma once

namespace whittle {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) [[unlikely]]                                                                                     \
      ::whittle::check_failed(#condition, __FILE_NAME__, __LINE__);                                                    \
  } while (0)
