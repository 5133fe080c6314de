// SPDX-License-Identifier: Apache-2.0
// LZ4 frames: a header, blocks of at most 4 MiB, an end mark; checksums are XXH32. Blocks are literals and copies that
// may reach back up to 64 KiB, into earlier blocks too unless the header says that they are independent.
#include "runtime/codec/decompress.h"

#include <bit>
#include <string.h>

namespace whittle {

static uint32_t read32(const uint8_t* p) {
  return uint32_t{p[0]} | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
}

static uint32_t xxh32(Bytes in) {
  static constexpr uint32_t k1 = 2654435761u, k2 = 2246822519u, k3 = 3266489917u, k4 = 668265263u, k5 = 374761393u;
  const uint8_t* p = in.data();
  const uint8_t* const end = p + in.size();
  uint32_t hash;
  if (in.size() >= 16) {
    uint32_t lanes[4] = {k1 + k2, k2, 0, 0u - k1};
    for (; end - p >= 16; p += 16)
      for (int i = 0; i < 4; ++i) lanes[i] = std::rotl(lanes[i] + read32(p + 4 * i) * k2, 13) * k1;
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
  } else {
    hash = k5;
  }
  hash += static_cast<uint32_t>(in.size());
  for (; end - p >= 4; p += 4) hash = std::rotl(hash + read32(p) * k3, 17) * k4;
  for (; p < end; ++p) hash = std::rotl(hash + *p * k5, 11) * k1;
  hash = (hash ^ hash >> 15) * k2;
  hash = (hash ^ hash >> 13) * k3;
  return hash ^ hash >> 16;
}

static bool long_length(Bytes in, size_t& at, size_t& length) {
  for (;;) {
    if (at >= in.size()) return false;
    const uint8_t more = in[at++];
    length += more;
    if (more != 255) return true;
  }
}

// Appends a block's content to `out`; copies reach back to `history` at most.
static Result<size_t> decode_block(Bytes in, Grown& out, size_t history, size_t most) {
  const size_t start = out.size();
  size_t at = 0;
  while (at < in.size()) {
    const uint8_t token = in[at++];
    size_t literals = token >> 4;
    if (literals == 15 && !long_length(in, at, literals)) return fail(Errc::Truncated, at);
    if (in.size() - at < literals) return fail(Errc::Truncated, at);
    if (out.size() - start + literals > most) return fail(Errc::Malformed, at);
    if (!out.reserve(literals)) return fail(Errc::TooLarge, at);
    if (literals > 0) memcpy(out.end(), in.data() + at, literals);
    out.advance(literals);
    at += literals;
    if (at == in.size()) return out.size() - start;  // the last sequence has no copy
    if (in.size() - at < 2) return fail(Errc::Truncated, at);
    const size_t offset = size_t{in[at]} | size_t{in[at + 1]} << 8;
    at += 2;
    size_t length = token & 15;
    if (length == 15 && !long_length(in, at, length)) return fail(Errc::Truncated, at);
    length += 4;
    if (offset == 0 || offset > out.size() - history) return fail(Errc::Malformed, at);
    if (out.size() - start + length > most) return fail(Errc::Malformed, at);
    if (!out.reserve(length)) return fail(Errc::TooLarge, at);
    uint8_t* to = out.end();
    const uint8_t* from = to - offset;
    if (offset >= length) {
      memcpy(to, from, length);
    } else {
      for (size_t i = 0; i < length; ++i) to[i] = from[i];
    }
    out.advance(length);
  }
  return fail(Errc::Truncated, at);
}

Result<Decompressed> decompress_lz4(Bytes in, size_t limit) {
  static constexpr uint32_t kMagic = 0x184d2204;
  Grown out(in.size() < limit / 3 ? in.size() * 3 : limit, limit);
  size_t at = 0;
  if (in.empty()) return fail(Errc::Truncated);
  while (at < in.size()) {
    if (in.size() - at < 7) return fail(Errc::Truncated, at);
    const uint32_t magic = read32(in.data() + at);
    at += 4;
    if ((magic & 0xfffffff0) == 0x184d2a50) {  // a frame to skip
      const uint64_t size = in.size() - at < 4 ? UINT64_MAX : read32(in.data() + at);
      if (size > in.size() - at - 4) return fail(Errc::Truncated, at);
      at += 4 + size;
      continue;
    }
    if (magic != kMagic) return fail(Errc::Malformed, at);
    const size_t header = at;
    const uint8_t flags = in[at], sizes = in[at + 1];
    at += 2;
    const bool independent = flags & 0x20, block_sums = flags & 0x10, has_size = flags & 8, content_sum = flags & 4;
    if (flags >> 6 != 1 || (flags & 2) || (sizes & 0x8f) || (sizes >> 4) < 4) return fail(Errc::Malformed, at);
    if (flags & 1) return fail(Errc::Unsupported, at);  // a dictionary
    const size_t most_block = size_t{1} << (8 + 2 * (sizes >> 4));
    if (has_size) at += 8;
    if (at >= in.size()) return fail(Errc::Truncated, at);
    if ((xxh32(in.subspan(header, at - header)) >> 8 & 0xff) != in[at]) return fail(Errc::Malformed, at);
    ++at;
    const size_t frame_start = out.size();
    for (;;) {
      if (in.size() - at < 4) return fail(Errc::Truncated, at);
      const uint32_t word = read32(in.data() + at);
      at += 4;
      if (word == 0) break;
      const size_t size = word & 0x7fffffff;
      if (size > most_block) return fail(Errc::Malformed, at);
      if (in.size() - at < size + (block_sums ? 4 : 0)) return fail(Errc::Truncated, at);
      const Bytes block = in.subspan(at, size);
      at += size;
      if (block_sums) {
        if (xxh32(block) != read32(in.data() + at)) return fail(Errc::Malformed, at);
        at += 4;
      }
      if (word & 0x80000000) {
        if (!out.reserve(size)) return fail(Errc::TooLarge, at);
        if (size > 0) memcpy(out.end(), block.data(), size);
        out.advance(size);
      } else {
        TRY(decode_block(block, out, independent ? out.size() : frame_start, most_block));
      }
    }
    if (content_sum) {
      if (in.size() - at < 4) return fail(Errc::Truncated, at);
      if (xxh32({out.data() + frame_start, out.size() - frame_start}) != read32(in.data() + at))
        return fail(Errc::Malformed, at);
      at += 4;
    }
  }
  return out.take();
}

}  // namespace whittle
