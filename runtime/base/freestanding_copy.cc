// SPDX-License-Identifier: Apache-2.0
// Copying, filling, comparing and finding bytes. The C library's are made to be small: a copy to a higher address that
// overlaps goes a byte at a time there, a comparison always does, and `rep movs` takes thirty cycles to begin. Copies
// of telemetry are short (attributes) or shift the rest of a message by a few bytes; these take both by sixteen bytes
// at once. Up to 128 bytes everything is read before anything is written, so overlapping makes no difference.
#include <stddef.h>
#include <stdint.h>

#ifndef COPY_NAME  // the tests give them other names
#define COPY_NAME(name) name
#endif
// Nor are stacks guarded: the C library copies before there is a guard.
#define NO_BUILTINS                                                                                                    \
  [[clang::no_builtin("memcpy", "memmove", "memset", "memcmp", "bcmp", "memchr"), gnu::no_stack_protector]]

namespace {

using Wide = uint64_t __attribute__((vector_size(16)));

// A T wherever it lies.
template <class T>
struct [[gnu::packed, gnu::may_alias]] Unaligned {
  T value;
};
template <class T>
inline T load(const uint8_t* at) {
  return reinterpret_cast<const Unaligned<T>*>(at)->value;
}
template <class T>
inline void store(uint8_t* at, T value) {
  reinterpret_cast<Unaligned<T>*>(at)->value = value;
}

// From `sizeof(T)` to twice that, by two that may overlap.
template <class T>
inline void two(uint8_t* to, const uint8_t* from, size_t n) {
  const T a = load<T>(from), b = load<T>(from + n - sizeof(T));
  store(to, a), store(to + n - sizeof(T), b);
}

NO_BUILTINS inline void move(uint8_t* to, const uint8_t* from, size_t n) {
  if (n <= 16) {
    if (n >= 8) return two<uint64_t>(to, from, n);
    if (n >= 4) return two<uint32_t>(to, from, n);
    if (n >= 2) return two<uint16_t>(to, from, n);
    if (n == 1) *to = *from;
    return;
  }
  if (n <= 32) return two<Wide>(to, from, n);
  if (n <= 64) {
    const Wide a = load<Wide>(from), b = load<Wide>(from + 16), c = load<Wide>(from + n - 32),
               d = load<Wide>(from + n - 16);
    store(to, a), store(to + 16, b), store(to + n - 32, c), store(to + n - 16, d);
    return;
  }
  if (n <= 128) {
    Wide head[4], tail[4];
    for (size_t i = 0; i < 4; ++i) head[i] = load<Wide>(from + 16 * i), tail[i] = load<Wide>(from + n - 64 + 16 * i);
    for (size_t i = 0; i < 4; ++i) store(to + 16 * i, head[i]);
    for (size_t i = 0; i < 4; ++i) store(to + n - 64 + 16 * i, tail[i]);
    return;
  }
  // What the loop leaves at its end is read before it begins.
  if (static_cast<size_t>(to - from) >= n) {
    Wide tail[4];
    for (size_t i = 0; i < 4; ++i) tail[i] = load<Wide>(from + n - 64 + 16 * i);
    size_t at = 0;
    for (; at + 64 < n; at += 64) {
      Wide w[4];
      for (size_t i = 0; i < 4; ++i) w[i] = load<Wide>(from + at + 16 * i);
      for (size_t i = 0; i < 4; ++i) store(to + at + 16 * i, w[i]);
    }
    for (size_t i = 0; i < 4; ++i) store(to + n - 64 + 16 * i, tail[i]);
  } else {
    Wide head[4];
    for (size_t i = 0; i < 4; ++i) head[i] = load<Wide>(from + 16 * i);
    size_t left = n;
    for (; left > 64; left -= 64) {
      Wide w[4];
      for (size_t i = 0; i < 4; ++i) w[i] = load<Wide>(from + left - 64 + 16 * i);
      for (size_t i = 0; i < 4; ++i) store(to + left - 64 + 16 * i, w[i]);
    }
    for (size_t i = 0; i < 4; ++i) store(to + 16 * i, head[i]);
  }
}

}  // namespace

extern "C" {

NO_BUILTINS void* COPY_NAME(memcpy)(void* __restrict to, const void* __restrict from, size_t n) {
  move(static_cast<uint8_t*>(to), static_cast<const uint8_t*>(from), n);
  return to;
}

NO_BUILTINS void* COPY_NAME(memmove)(void* to, const void* from, size_t n) {
  move(static_cast<uint8_t*>(to), static_cast<const uint8_t*>(from), n);
  return to;
}

NO_BUILTINS int COPY_NAME(memcmp)(const void* one, const void* other, size_t n) {
  auto a = static_cast<const uint8_t*>(one), b = static_cast<const uint8_t*>(other);
  for (; n >= 8; a += 8, b += 8, n -= 8) {
    const uint64_t x = load<uint64_t>(a), y = load<uint64_t>(b);
    if (x == y) continue;
    const uint64_t p = __builtin_bswap64(x), q = __builtin_bswap64(y);  // both targets are little-endian
    return p < q ? -1 : 1;
  }
  for (; n > 0; ++a, ++b, --n)
    if (*a != *b) return *a < *b ? -1 : 1;
  return 0;
}

NO_BUILTINS int COPY_NAME(bcmp)(const void* one, const void* other, size_t n) {
  auto a = static_cast<const uint8_t*>(one), b = static_cast<const uint8_t*>(other);
  if (n >= 8) {
    for (size_t at = 0; at + 8 < n; at += 8)
      if (load<uint64_t>(a + at) != load<uint64_t>(b + at)) return 1;
    return load<uint64_t>(a + n - 8) != load<uint64_t>(b + n - 8);
  }
  if (n >= 4) return load<uint32_t>(a) != load<uint32_t>(b) || load<uint32_t>(a + n - 4) != load<uint32_t>(b + n - 4);
  for (size_t i = 0; i < n; ++i)
    if (a[i] != b[i]) return 1;
  return 0;
}

// Eight at once: of `x` without what stands in each of its bytes, the lowest byte that borrows was zero.
NO_BUILTINS void* COPY_NAME(memchr)(const void* text, int byte, size_t n) {
  constexpr uint64_t kOnes = 0x0101'0101'0101'0101, kHigh = 0x8080'8080'8080'8080;
  auto at = static_cast<const uint8_t*>(text);
  const uint64_t wanted = kOnes * static_cast<uint8_t>(byte);
  for (; n >= 8; at += 8, n -= 8) {
    const uint64_t x = load<uint64_t>(at) ^ wanted;
    if (const uint64_t zero = (x - kOnes) & ~x & kHigh)  // both targets are little-endian
      return const_cast<uint8_t*>(at + __builtin_ctzll(zero) / 8);
  }
  for (; n > 0; ++at, --n)
    if (*at == static_cast<uint8_t>(byte)) return const_cast<uint8_t*>(at);
  return nullptr;
}
}
