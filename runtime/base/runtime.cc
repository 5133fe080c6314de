// SPDX-License-Identifier: Apache-2.0
// Clocks and randomness.
#include "runtime/base/runtime.h"

#include "runtime/base/check.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

namespace whittle {

static int64_t clock_ns(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * int64_t{1'000'000'000} + t.tv_nsec;
}

int64_t monotonic_ns() {
  return clock_ns(CLOCK_MONOTONIC);
}

int64_t Runtime::now_ns() const {
  if (moving_clock_ns) return *moving_clock_ns;
  return fixed_clock_ns != 0 ? fixed_clock_ns : clock_ns(CLOCK_REALTIME);
}

void*& Runtime::shared(const void* key) {
  for (Shared* s = first_shared; s; s = s->next)
    if (s->key == key) return s->value;
  first_shared = new Shared{key, nullptr, first_shared};
  return first_shared->value;
}

void Runtime::random(void* out, size_t n) const {
  auto* at = static_cast<uint8_t*>(out);
  while (n > 0) {
    ssize_t got = getrandom(at, n, 0);
    if (got < 0) {
      CHECK(errno == EINTR);
      continue;
    }
    at += got;
    n -= static_cast<size_t>(got);
  }
}

void Runtime::uuid(char out[37]) const {
  uint8_t bytes[16];
  random(bytes, sizeof bytes);
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3F) | 0x80);
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    *out++ = "0123456789abcdef"[bytes[i] >> 4];
    *out++ = "0123456789abcdef"[bytes[i] & 15];
  }
  *out = 0;
}

}  // namespace whittle
