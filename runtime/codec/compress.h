// SPDX-License-Identifier: Apache-2.0
// Content codings of outgoing bodies.
#pragma once

#include "runtime/base/buffer.h"
#include "runtime/base/writer.h"
#include "runtime/codec/decompress.h"

#include <span>

namespace whittle {

// The name for Content-Encoding; empty for Identity.
Text coding_name(Coding coding);

// Appends `body`, whose pieces are less than 4 GiB each, in the coding, which is Identity, Gzip, Zlib or Zstd. `level`:
// of the algorithm; 0 is its usual one. Memory for the compressor is taken and given back.
void compress(Coding coding, int level, std::span<const Slice> body, Writer& out);
void compress(Coding coding, int level, Bytes body, Writer& out);

// Appends `body`, of less than 4 GiB, as one block of Snappy.
void compress_snappy(Bytes body, Writer& out);

}  // namespace whittle
