// SPDX-License-Identifier: Apache-2.0
#include "runtime/codec/gzip_stream.h"

#include "runtime/base/check.h"

#include <zlib.h>

namespace whittle {

static constexpr size_t kRoom = 16 << 10;

GzipStream::GzipStream() : stream_(new ::z_stream_s{}) {
  CHECK(deflateInit2(stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
}

GzipStream::~GzipStream() {
  deflateEnd(stream_);
  delete stream_;
}

void GzipStream::run(Bytes piece, Writer& out, bool last) {
  stream_->next_in = const_cast<uint8_t*>(piece.data());
  stream_->avail_in = static_cast<uInt>(piece.size());
  do {
    stream_->next_out = out.room(kRoom);
    stream_->avail_out = kRoom;
    CHECK(deflate(stream_, last ? Z_FINISH : Z_NO_FLUSH) != Z_STREAM_ERROR);
    out.advance(kRoom - stream_->avail_out);
  } while (stream_->avail_out == 0);
}

}  // namespace whittle
