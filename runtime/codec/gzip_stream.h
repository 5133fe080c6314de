// SPDX-License-Identifier: Apache-2.0
// gzip of a body that is written piece by piece, so that it never stands in memory as a whole.
#pragma once

#include "runtime/base/writer.h"

struct z_stream_s;

namespace whittle {

class GzipStream {
public:
  GzipStream();
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;

  // Appends what comes of `piece` so far.
  void add(Bytes piece, Writer& out) { run(piece, out, false); }
  // Nothing follows.
  void finish(Writer& out) { run({}, out, true); }

private:
  void run(Bytes piece, Writer& out, bool last);
  ::z_stream_s* stream_;
};

}  // namespace whittle
