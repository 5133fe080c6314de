// SPDX-License-Identifier: Apache-2.0
#include "runtime/codec/compress.h"

#include "runtime/base/check.h"

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

void compress(Coding coding, int level, Bytes body, Writer& out) {
  if (coding == Coding::Identity) return out.append(body);
  if (coding == Coding::Zstd) {
    size_t most = ZSTD_compressBound(body.size());
    size_t n = ZSTD_compress(out.room(most), most, body.data(), body.size(), level ? level : 3);
    CHECK(!ZSTD_isError(n));  // the room is enough and nothing else can fail
    return out.advance(n);
  }
  CHECK(coding == Coding::Gzip || coding == Coding::Zlib);
  z_stream z = {};
  int bits = coding == Coding::Gzip ? 15 + 16 : 15;
  CHECK(deflateInit2(&z, level ? level : Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  size_t most = deflateBound(&z, body.size());
  z.next_in = const_cast<uint8_t*>(body.data());
  z.avail_in = static_cast<uInt>(body.size());
  z.next_out = out.room(most);
  z.avail_out = static_cast<uInt>(most);
  CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.advance(z.total_out);
  deflateEnd(&z);
}

}  // namespace whittle
