// SPDX-License-Identifier: Apache-2.0
// zlib and zstd into one growing buffer. Both formats usually tell the size in advance (gzip in its last four bytes,
// zstd in its first): it is taken as a hint, bounded by what the format can do, so that the buffer seldom grows.
#include "runtime/codec/decompress.h"

#include "runtime/base/check.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>

namespace whittle {

// The largest window that RFC 8878 recommends decoders to support.
static constexpr int kZstdWindowLog = 23;
static constexpr uint64_t kDeflateMostRatio = 1032;

// Decoders keep their state: a zlib inflater is 40 KB to set up, a zstd one 150 KB.
static constinit z_stream* inflater = nullptr;
static constinit ZSTD_DCtx* zstd_context = nullptr;

Grown::Grown(size_t first, size_t limit) : buffer_(BufferRef::allocate(first < limit ? first : limit)), limit_(limit) {}

bool Grown::reserve(size_t n) {
  if (n > limit_ - size_) return false;
  if (n <= buffer_.capacity() - size_) return true;
  size_t capacity = buffer_.capacity() * 2;
  if (capacity < size_ + n) capacity = size_ + n;
  if (capacity > limit_) capacity = limit_;
  BufferRef larger = BufferRef::allocate(capacity);
  if (size_ > 0) memcpy(larger.data(), buffer_.data(), size_);
  buffer_ = static_cast<BufferRef&&>(larger);
  return true;
}

void decompress_trim() {
  if (inflater) {
    inflateEnd(inflater);
    delete inflater;
    inflater = nullptr;
  }
  ZSTD_freeDCtx(zstd_context);
  zstd_context = nullptr;
}

static Result<Decompressed> decompress_zlib(Bytes in, size_t limit, bool gzip) {
  const int window = gzip ? 15 + 16 : 15;
  if (!inflater) {
    inflater = new z_stream();
    CHECK(inflateInit2(inflater, window) == Z_OK);
  } else {
    CHECK(inflateReset2(inflater, window) == Z_OK);
  }
  uint64_t hint = in.size() * 4;
  if (gzip && in.size() >= 18) {
    const uint8_t* last = in.data() + in.size() - 4;
    hint = uint64_t{last[0]} | uint64_t{last[1]} << 8 | uint64_t{last[2]} << 16 | uint64_t{last[3]} << 24;
    if (hint > in.size() * kDeflateMostRatio) hint = in.size() * 4;
  }
  Grown out(hint + 64 < limit ? static_cast<size_t>(hint) + 64 : limit, limit);
  inflater->next_in = const_cast<Bytef*>(in.data());
  if (in.size() > UINT32_MAX) return fail(Errc::TooLarge);
  inflater->avail_in = static_cast<uInt>(in.size());
  for (;;) {
    if (out.free() == 0 && !out.reserve(1)) {
      // Full to the limit; only an end of the stream without another byte saves it.
      uint8_t probe;
      inflater->next_out = &probe;
      inflater->avail_out = 1;
      const int status = inflate(inflater, Z_NO_FLUSH);
      if (inflater->avail_out == 0) return fail(Errc::TooLarge, in.size() - inflater->avail_in);
      if (status == Z_STREAM_END && inflater->avail_in == 0) return out.take();
      if (status != Z_STREAM_END)
        return fail(status == Z_OK || status == Z_BUF_ERROR ? Errc::Truncated : Errc::Malformed);
    } else {
      const size_t room = out.free() < UINT32_MAX ? out.free() : UINT32_MAX;
      inflater->next_out = out.end();
      inflater->avail_out = static_cast<uInt>(room);
      const int status = inflate(inflater, Z_NO_FLUSH);
      out.advance(room - inflater->avail_out);
      if (status == Z_OK && (inflater->avail_in > 0 || inflater->avail_out == 0)) continue;
      if (status == Z_OK || status == Z_BUF_ERROR) {
        if (inflater->avail_out == 0) continue;
        return fail(Errc::Truncated, in.size());
      }
      if (status != Z_STREAM_END) return fail(Errc::Malformed, in.size() - inflater->avail_in);
    }
    if (inflater->avail_in == 0) return out.take();
    // RFC 1952: a file of several members; zlib's format has no such thing.
    if (!gzip) return fail(Errc::Malformed, in.size() - inflater->avail_in);
    CHECK(inflateReset2(inflater, window) == Z_OK);
  }
}

static Result<Decompressed> decompress_zstd(Bytes in, size_t limit) {
  if (!zstd_context) {
    zstd_context = ZSTD_createDCtx();
    CHECK(zstd_context != nullptr);
    ZSTD_DCtx_setParameter(zstd_context, ZSTD_d_windowLogMax, kZstdWindowLog);
  } else {
    ZSTD_DCtx_reset(zstd_context, ZSTD_reset_session_only);
  }
  // One frame that tells its size, as most senders write: straight into place, without a window.
  const unsigned long long size = ZSTD_getFrameContentSize(in.data(), in.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return fail(in.size() < 4 ? Errc::Truncated : Errc::Malformed);
  if (size != ZSTD_CONTENTSIZE_UNKNOWN) {
    if (size > limit) return fail(Errc::TooLarge);
    const size_t frame = ZSTD_findFrameCompressedSize(in.data(), in.size());
    if (ZSTD_isError(frame)) return fail(Errc::Malformed);
    if (frame == in.size()) {
      Grown out(static_cast<size_t>(size), limit);
      const size_t n = ZSTD_decompressDCtx(zstd_context, out.end(), static_cast<size_t>(size), in.data(), in.size());
      if (ZSTD_isError(n) || n != size) return fail(Errc::Malformed);
      out.advance(n);
      return out.take();
    }
  }
  Grown out(in.size() < limit / 4 ? in.size() * 4 + 64 : limit, limit);
  ZSTD_inBuffer from = {in.data(), in.size(), 0};
  uint8_t probe;
  for (;;) {
    const bool full = out.free() == 0 && !out.reserve(1);
    ZSTD_outBuffer to = {full ? &probe : out.end(), full ? 1 : out.free(), 0};
    const size_t before = from.pos;
    const size_t left = ZSTD_decompressStream(zstd_context, &to, &from);
    if (ZSTD_isError(left)) return fail(Errc::Malformed, from.pos);
    if (full && to.pos > 0) return fail(Errc::TooLarge, from.pos);
    if (!full) out.advance(to.pos);
    if (left == 0 && from.pos == from.size) return out.take();
    if (from.pos == before && to.pos == 0) return fail(Errc::Truncated, from.pos);
  }
}

Result<Decompressed> decompress(Coding coding, Bytes in, size_t limit) {
  switch (coding) {
  case Coding::Gzip: return decompress_zlib(in, limit, true);
  case Coding::Zlib: return decompress_zlib(in, limit, false);
  case Coding::Zstd: return decompress_zstd(in, limit);
  case Coding::Snappy: return decompress_snappy(in, limit);
  case Coding::SnappyFramed: return decompress_snappy_framed(in, limit);
  case Coding::Lz4: return decompress_lz4(in, limit);
  case Coding::Identity: break;
  }
  if (in.size() > limit) return fail(Errc::TooLarge);
  Decompressed copy = {BufferRef::copy(in), in.size()};
  return copy;
}

}  // namespace whittle
