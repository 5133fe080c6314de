// SPDX-License-Identifier: Apache-2.0
// What happens when an assertion about our own code fails: one line that says where, then SIGABRT.
#include "runtime/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace whittle {

void check_failed(const char* condition, const char* file, int line) {
  char text[256];
  int n = snprintf(text, sizeof text, "internal error: %s:%d: %s\n", file, line, condition);
  if (n > 0) {
    size_t size = static_cast<size_t>(n) < sizeof text ? static_cast<size_t>(n) : sizeof text - 1;
    [[maybe_unused]] ssize_t written = write(2, text, size);
  }
  abort();
}

}  // namespace whittle
