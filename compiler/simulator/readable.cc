// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/readable.h"

#include "runtime/codec/decompress.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

namespace whittle {
bool append_replayed_remote_write(Writer& out, Bytes compressed);  // runtime/replay/remote_write_replay.cc
}

namespace whittle::simulator {

static constexpr size_t kMostPlain = 64 << 20;

std::string readable(const Request& request) {
  const std::string &target = request.target, &body = request.body;
  Writer out;
  const std::string encoding = request.header("content-encoding");
  if (encoding == "snappy" && !request.is_otlp())  // remote write
    return append_replayed_remote_write(out, as_bytes(Text(body))) ? std::string(out.text()) : body;
  const Coding coding = encoding == "gzip"                            ? Coding::Gzip
                        : encoding == "zstd"                          ? Coding::Zstd
                        : encoding == "zlib" || encoding == "deflate" ? Coding::Zlib
                                                                      : Coding::Identity;
  std::string plain = body;
  if (coding != Coding::Identity) {
    auto got = decompress(coding, as_bytes(Text(body)), kMostPlain);
    if (!got) return body;
    plain.assign(reinterpret_cast<const char*>(got->buffer.data()), got->size);
  }
  if (!request.is_otlp() || request.header("content-type") != "application/x-protobuf") return plain;
  const Signal signal = target.ends_with("traces")    ? Signal::Traces
                        : target.ends_with("metrics") ? Signal::Metrics
                                                      : Signal::Logs;
  if (!wire::validate(signal, as_bytes(Text(plain)))) return plain;
  wire::proto_to_json(signal, as_bytes(Text(plain)), out);
  return std::string(out.text());
}

}  // namespace whittle::simulator
