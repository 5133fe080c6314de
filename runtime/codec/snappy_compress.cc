// SPDX-License-Identifier: Apache-2.0
// Snappy's block format, written: https://github.com/google/snappy/blob/main/format_description.txt. Matches of at
// least four bytes are looked up in a table of where each hash of four bytes was last, fragment by fragment of 64 KiB,
// so that places fit 16 bits; the step between lookups grows while nothing matches, so that what does not compress
// costs little. Our own: Debian's library is C++ on its own standard library, and larger than the exporter that needs
// it.
#include "runtime/codec/compress.h"
#include "runtime/wire/wire.h"

#include <bit>
#include <string.h>

namespace whittle {
namespace {

constexpr size_t kFragment = 1 << 16;
constexpr uint32_t kTableBits = 13;

uint32_t hash_of(uint32_t four) {
  return (four * 0x1e35a7bdu) >> (32 - kTableBits);
}

void put_literal(Writer& out, const uint8_t* from, size_t n) {
  if (n == 0) return;
  const size_t last = n - 1;
  if (last < 60) {
    out.byte(static_cast<uint8_t>(last << 2));
  } else if (last < 256) {
    out.byte(60 << 2);
    out.byte(static_cast<uint8_t>(last));
  } else {
    out.byte(61 << 2);
    out.byte(static_cast<uint8_t>(last));
    out.byte(static_cast<uint8_t>(last >> 8));
  }
  out.append(Bytes(from, n));
}

void put_short_copy(Writer& out, size_t offset, size_t n) {  // n <= 64
  if (n >= 4 && n < 12 && offset < 2048) {
    out.byte(static_cast<uint8_t>((offset >> 8) << 5 | (n - 4) << 2 | 1));
    out.byte(static_cast<uint8_t>(offset));
  } else {
    out.byte(static_cast<uint8_t>((n - 1) << 2 | 2));
    out.byte(static_cast<uint8_t>(offset));
    out.byte(static_cast<uint8_t>(offset >> 8));
  }
}

void put_copy(Writer& out, size_t offset, size_t n) {
  // The last piece is at least four bytes long, so that it may take the short form.
  for (; n >= 68; n -= 64) put_short_copy(out, offset, 64);
  if (n > 64) {
    put_short_copy(out, offset, 60);
    n -= 60;
  }
  put_short_copy(out, offset, n);
}

size_t matching(const uint8_t* a, const uint8_t* b, const uint8_t* end) {  // b < end, a before b
  const uint8_t* const begin = b;
  while (end - b >= 8) {
    const uint64_t differ = wire::load<uint64_t>(a) ^ wire::load<uint64_t>(b);
    if (differ != 0) return static_cast<size_t>(b - begin) + static_cast<size_t>(std::countr_zero(differ)) / 8;
    a += 8, b += 8;
  }
  while (b < end && *a == *b) ++a, ++b;
  return static_cast<size_t>(b - begin);
}

void compress_fragment(Writer& out, const uint8_t* in, size_t size, uint16_t* table) {
  constexpr size_t kTail = 8;  // bytes at the end in which no match begins
  const uint8_t* const end = in + size;
  const uint8_t* literal = in;  // what is not written yet begins here
  if (size > kTail) {
    memset(table, 0, sizeof *table << kTableBits);
    const uint8_t* const last = end - kTail;
    const uint8_t* at = in + 1;
    uint32_t misses = 32;
    while (at <= last) {
      const uint32_t four = wire::load<uint32_t>(at);
      uint16_t& slot = table[hash_of(four)];
      const uint8_t* const before = in + slot;
      slot = static_cast<uint16_t>(at - in);
      if (wire::load<uint32_t>(before) != four) {
        at += misses++ >> 5;
        continue;
      }
      misses = 32;
      put_literal(out, literal, static_cast<size_t>(at - literal));
      const size_t n = 4 + matching(before + 4, at + 4, end);
      put_copy(out, static_cast<size_t>(at - before), n);
      at += n;
      literal = at;
      if (at > last) break;
      // What ends here may be met again.
      table[hash_of(wire::load<uint32_t>(at - 1))] = static_cast<uint16_t>(at - 1 - in);
    }
  }
  put_literal(out, literal, static_cast<size_t>(end - literal));
}

}  // namespace

void compress_snappy(Bytes body, Writer& out) {
  out.room(32 + body.size() / 4);
  wire::put_varint(out, body.size());
  Writer scratch;
  auto* table = reinterpret_cast<uint16_t*>(scratch.room(sizeof(uint16_t) << kTableBits));
  for (size_t at = 0; at < body.size(); at += kFragment) {
    const size_t left = body.size() - at;
    compress_fragment(out, body.data() + at, left < kFragment ? left : kFragment, table);
  }
}

}  // namespace whittle
