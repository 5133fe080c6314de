// SPDX-License-Identifier: Apache-2.0
// Snappy's two formats. A block is a length and then tags: literals, and copies of what came before. Frames are chunks,
// each a block or plain bytes with a checksum (CRC-32C, rotated).
#include "runtime/codec/decompress.h"

#include <string.h>

namespace whittle {

static Result<size_t> block_length(Bytes in, uint64_t& length) {
  length = 0;
  for (size_t i = 0; i < in.size() && i < 5; ++i) {
    length |= uint64_t{in[i] & 0x7fu} << (7 * i);
    if (in[i] < 0x80) {
      if (length > UINT32_MAX) return fail(Errc::Malformed, i);
      return i + 1;
    }
  }
  return fail(in.size() < 5 ? Errc::Truncated : Errc::Malformed);
}

// Decodes the tags of a block into `out`, which has `size` bytes; all of them must be written.
static Result<size_t> decode_block(Bytes in, uint8_t* out, size_t size) {
  size_t at = 0, written = 0;
  while (at < in.size()) {
    const uint8_t tag = in[at++];
    if ((tag & 3) == 0) {
      size_t length = tag >> 2;
      if (length >= 60) {
        const size_t n = length - 59;
        if (in.size() - at < n) return fail(Errc::Truncated, at);
        length = 0;
        for (size_t i = 0; i < n; ++i) length |= size_t{in[at + i]} << (8 * i);
        at += n;
      }
      ++length;
      if (in.size() - at < length) return fail(Errc::Truncated, at);
      if (size - written < length) return fail(Errc::Malformed, at);
      memcpy(out + written, in.data() + at, length);
      at += length;
      written += length;
      continue;
    }
    size_t length, offset;
    const size_t n = (tag & 3) == 1 ? 1 : (tag & 3) == 2 ? 2 : 4;
    if (in.size() - at < n) return fail(Errc::Truncated, at);
    if (n == 1) {
      length = 4 + ((tag >> 2) & 7);
      offset = static_cast<size_t>(tag >> 5) << 8 | in[at];
    } else {
      length = 1 + (tag >> 2);
      offset = 0;
      for (size_t i = 0; i < n; ++i) offset |= size_t{in[at + i]} << (8 * i);
    }
    at += n;
    if (offset == 0 || offset > written || size - written < length) return fail(Errc::Malformed, at);
    const uint8_t* from = out + written - offset;
    if (offset >= length) {
      memcpy(out + written, from, length);
    } else {
      for (size_t i = 0; i < length; ++i) out[written + i] = from[i];  // overlapping: a repetition
    }
    written += length;
  }
  if (written != size) return fail(Errc::Truncated, at);
  return written;
}

static constexpr uint8_t kFrameStart[] = {0xff, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};

Result<Decompressed> decompress_snappy(Bytes in, size_t limit) {
  // Senders have called frames `snappy` too.
  if (in.size() >= sizeof kFrameStart && memcmp(in.data(), kFrameStart, sizeof kFrameStart) == 0)
    return decompress_snappy_framed(in, limit);
  uint64_t length;
  const size_t head = TRY(block_length(in, length));
  if (length > limit) return fail(Errc::TooLarge);
  // Each byte of a block makes at most 64 of output.
  if (length / 64 > in.size()) return fail(Errc::Malformed);
  Grown out(length, limit);
  out.advance(TRY(decode_block(in.subspan(head), out.end(), length)));
  return out.take();
}

static uint32_t crc32c(const uint8_t* data, size_t size) {
  // Four bits at a time: the table is 64 bytes.
  static constexpr uint32_t kTable[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
                                          0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                          0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
  uint32_t crc = ~0u;
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    crc = kTable[crc & 15] ^ (crc >> 4);
    crc = kTable[crc & 15] ^ (crc >> 4);
  }
  return ~crc;
}

Result<Decompressed> decompress_snappy_framed(Bytes in, size_t limit) {
  static constexpr size_t kMostBlock = 65536;
  if (in.size() < sizeof kFrameStart) return fail(Errc::Truncated);
  if (memcmp(in.data(), kFrameStart, sizeof kFrameStart) != 0) return fail(Errc::Malformed);
  Grown out(in.size() < limit / 3 ? in.size() * 3 : limit, limit);
  size_t at = 0;
  while (at < in.size()) {
    if (in.size() - at < 4) return fail(Errc::Truncated, at);
    const uint8_t type = in[at];
    const size_t size = size_t{in[at + 1]} | size_t{in[at + 2]} << 8 | size_t{in[at + 3]} << 16;
    at += 4;
    if (in.size() - at < size) return fail(Errc::Truncated, at);
    Bytes chunk = in.subspan(at, size);
    at += size;
    if (type == 0xff) {
      if (size != 6 || memcmp(chunk.data(), kFrameStart + 4, 6) != 0) return fail(Errc::Malformed, at);
      continue;
    }
    if (type >= 0x80) continue;                        // padding and what may be skipped
    if (type > 1) return fail(Errc::Unsupported, at);  // what may not
    if (chunk.size() < 4) return fail(Errc::Truncated, at);
    const uint32_t sum =
        uint32_t{chunk[0]} | uint32_t{chunk[1]} << 8 | uint32_t{chunk[2]} << 16 | uint32_t{chunk[3]} << 24;
    chunk = chunk.subspan(4);
    uint64_t length = chunk.size();
    size_t head = 0;
    if (type == 0) head = TRY(block_length(chunk, length));
    if (length > kMostBlock) return fail(Errc::Malformed, at);
    if (!out.reserve(length)) return fail(Errc::TooLarge, at);
    if (type == 0) TRY(decode_block(chunk.subspan(head), out.end(), length));
    else if (length > 0) memcpy(out.end(), chunk.data(), length);
    const uint32_t crc = crc32c(out.end(), length);
    if (((crc >> 15 | crc << 17) + 0xa282ead8u) != sum) return fail(Errc::Malformed, at);
    out.advance(length);
  }
  return out.take();
}

}  // namespace whittle
