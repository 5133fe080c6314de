// SPDX-License-Identifier: Apache-2.0
// Content codings and gRPC encodings taken off: gzip, zlib (which HTTP calls deflate), zstd, snappy (blocks and
// frames), lz4.
#pragma once

#include "runtime/base/buffer.h"
#include "runtime/base/result.h"

namespace whittle {

enum class Coding : uint8_t { Identity, Gzip, Zlib, Zstd, Snappy, SnappyFramed, Lz4 };

struct Decompressed {
  BufferRef buffer;
  size_t size = 0;
};

// What `in`, the whole of a body, decompresses to. Fails with TooLarge when that is more than `limit` bytes, Malformed
// or Truncated when it is not of that coding; nothing is written beyond what was allocated whatever `in` says.
Result<Decompressed> decompress(Coding coding, Bytes in, size_t limit);

// Memory that decoders keep between bodies is given back.
void decompress_trim();

// The formats without a library behind them; `limit` as above.
Result<Decompressed> decompress_snappy(Bytes in, size_t limit);  // a block, or frames when it begins like frames
Result<Decompressed> decompress_snappy_framed(Bytes in, size_t limit);
Result<Decompressed> decompress_lz4(Bytes in, size_t limit);  // frames

// A buffer that grows up to a limit.
class Grown {
public:
  Grown(size_t first, size_t limit);
  // A place for `n` more bytes; false beyond the limit.
  bool reserve(size_t n);
  uint8_t* data() const { return buffer_.data(); }
  uint8_t* end() const { return buffer_.data() + size_; }
  size_t free() const { return buffer_.capacity() < limit_ ? buffer_.capacity() - size_ : limit_ - size_; }
  size_t size() const { return size_; }
  void advance(size_t n) { size_ += n; }
  Decompressed take() { return {static_cast<BufferRef&&>(buffer_), size_}; }

private:
  BufferRef buffer_;
  size_t size_ = 0;
  size_t limit_;
};

}  // namespace whittle
