// SPDX-License-Identifier: Apache-2.0
// Prints the digest of the first n bytes of 0, 1, 2 ... 255, 0, 1 ... for n from 0 to 300, a line each.
#include "runtime/aws/sha256.h"

#include <unistd.h>

int main() {
  using namespace whittle;
  uint8_t data[300];
  for (size_t i = 0; i < sizeof data; ++i) data[i] = static_cast<uint8_t>(i);
  for (size_t n = 0; n <= sizeof data; ++n) {
    char line[65];
    hex(sha256({data, n}), line);
    line[64] = '\n';
    if (write(STDOUT_FILENO, line, sizeof line) != sizeof line) return 1;
  }
}
