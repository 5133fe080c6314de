// SPDX-License-Identifier: Apache-2.0
#include "runtime/codec/compress.h"

#include "runtime/base/check.h"

#include <igzip_lib.h>
#include <span>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

namespace whittle {

Text coding_name(Coding coding) {
  switch (coding) {
  case Coding::Gzip: return "gzip";
  case Coding::Zlib: return "deflate";
  case Coding::Zstd: return "zstd";
  case Coding::Snappy: return "snappy";
  case Coding::SnappyFramed: return "x-snappy-framed";
  case Coding::Lz4: return "lz4";
  case Coding::Identity: break;
  }
  return "";
}

namespace {

// Levels up to here are ISA-L's work: a tenth of zlib's time for 7 % more bytes. Who asks for more wants the bytes.
constexpr int kFastLevels = 6;

void deflate_fast(Coding coding, std::span<const Slice> body, Writer& out) {
  struct State {
    isal_zstream stream;
    uint8_t level[ISAL_DEF_LVL2_MEDIUM];
  };
  auto* state = static_cast<State*>(malloc(sizeof(State)));
  CHECK(state);
  isal_zstream& z = state->stream;
  isal_deflate_init(&z);
  z.level = 2;
  z.level_buf = state->level;
  z.level_buf_size = sizeof state->level;
  z.gzip_flag = coding == Coding::Gzip ? IGZIP_GZIP : IGZIP_ZLIB;
  uint64_t size = 0;
  for (const Slice& s : body) size += s.bytes.size();
  size_t step = 256 + static_cast<size_t>(size / 6);  // telemetry shrinks to less than that most of the time
  for (size_t i = 0; i == 0 || i < body.size(); ++i) {
    const Bytes bytes = i < body.size() ? body[i].bytes : Bytes();
    z.next_in = const_cast<uint8_t*>(bytes.data());
    z.avail_in = static_cast<uint32_t>(bytes.size());
    z.end_of_stream = i + 1 >= body.size();
    do {
      z.next_out = out.room(step);
      z.avail_out = static_cast<uint32_t>(step);
      CHECK(isal_deflate(&z) == COMP_OK);  // nothing can be wrong with the input
      out.advance(step - z.avail_out);
      step = 4096 + static_cast<size_t>(size / 16);
    } while (z.avail_out == 0 || (z.end_of_stream && z.internal_state.state != ZSTATE_END));
  }
  free(state);
}

void deflate_small(Coding coding, int level, std::span<const Slice> body, Writer& out) {
  z_stream z = {};
  const int bits = coding == Coding::Gzip ? 15 + 16 : 15;
  CHECK(deflateInit2(&z, level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  for (size_t i = 0; i == 0 || i < body.size(); ++i) {
    const Bytes bytes = i < body.size() ? body[i].bytes : Bytes();
    z.next_in = const_cast<uint8_t*>(bytes.data());
    z.avail_in = static_cast<uInt>(bytes.size());
    const bool last = i + 1 >= body.size();
    int said = Z_OK;
    do {
      const size_t room = 4096 + deflateBound(&z, z.avail_in) / 6;
      z.next_out = out.room(room);
      z.avail_out = static_cast<uInt>(room);
      said = deflate(&z, last ? Z_FINISH : Z_NO_FLUSH);
      CHECK(said == Z_OK || said == Z_BUF_ERROR || said == Z_STREAM_END);
      out.advance(room - z.avail_out);
    } while (last ? said != Z_STREAM_END : z.avail_out == 0);
  }
  deflateEnd(&z);
}

void compress_zstd(int level, std::span<const Slice> body, Writer& out) {
  ZSTD_CCtx* z = ZSTD_createCCtx();
  CHECK(z);
  uint64_t size = 0;
  for (const Slice& s : body) size += s.bytes.size();
  ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, level ? level : 3);
  ZSTD_CCtx_setPledgedSrcSize(z, size);
  for (size_t i = 0; i == 0 || i < body.size(); ++i) {
    const Bytes bytes = i < body.size() ? body[i].bytes : Bytes();
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    const bool last = i + 1 >= body.size();
    size_t left = 0;
    do {
      const size_t room = 4096 + bytes.size() / 8;
      ZSTD_outBuffer to = {out.room(room), room, 0};
      left = ZSTD_compressStream2(z, &to, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      CHECK(!ZSTD_isError(left));  // there is room, and nothing else can fail
      out.advance(to.pos);
    } while (last ? left != 0 : in.pos < in.size);
  }
  ZSTD_freeCCtx(z);
}

}  // namespace

void compress(Coding coding, int level, std::span<const Slice> body, Writer& out) {
  switch (coding) {
  case Coding::Identity:
    for (const Slice& s : body) out.append(s.bytes);
    return;
  case Coding::Zstd: return compress_zstd(level, body, out);
  case Coding::Gzip:
  case Coding::Zlib:
    return level <= kFastLevels ? deflate_fast(coding, body, out) : deflate_small(coding, level, body, out);
  case Coding::Snappy:
  case Coding::SnappyFramed:
  case Coding::Lz4: break;
  }
  CHECK(!"a coding of incoming bodies only");
}

void compress(Coding coding, int level, Bytes body, Writer& out) {
  const Slice whole{{}, body};
  compress(coding, level, {&whole, 1}, out);
}

}  // namespace whittle
