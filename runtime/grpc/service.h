// SPDX-License-Identifier: Apache-2.0
// Unary gRPC calls over an HttpServer's HTTP/2: framing, compression, deadlines, and status in the trailers. Codes and
// words of refusals are grpc-go's, since that is what clients of the reference meet.
#pragma once

#include "runtime/grpc/code.h"
#include "runtime/http/request.h"
#include "runtime/http/server.h"

#include <vector>

namespace whittle {

struct GrpcStatus {
  GrpcCode code = GrpcCode::Ok;
  Text message = {};           // a literal, or in the request's arena
  int64_t retry_after_ns = 0;  // more than 0: told in a RetryInfo
  Later* later = nullptr;      // this is not the status yet: finish() is called when it is known
};

struct GrpcMethod {
  Text service, name;  // "opentelemetry.proto.collector.trace.v1.TraceService", "Export"
  // `message` is the decompressed message, inside `owner`. The answer's message is appended to `answer`, unless the
  // status names a `later`.
  GrpcStatus (*call)(void* self, ServerRequest& request, const BufferRef& owner, Bytes message, Writer& answer);
  void* self;
};

class GrpcService {
public:
  // `max_message`: of a request's message, before and after decompression.
  GrpcService(Loop& loop, uint64_t max_message);
  GrpcService(const GrpcService&) = delete;

  void add(const GrpcMethod& method) { methods_.push_back(method); }
  ServerHandler handler();

  // The answer to a call that named a Later: `answer` is its message where the status is good. Texts of the status are
  // literals or live in the request's arena. Then Later::done().
  static void finish(ServerRequest& request, ServerReply& reply, const GrpcStatus& status, Bytes answer);

private:
  bool head(ServerRequest& request, ServerReply& reply);
  void whole(ServerRequest& request, ServerReply& reply);
  void too_large(ServerRequest& request, ServerReply& reply);
  const GrpcMethod* find(Text path, ServerRequest& request, GrpcStatus& status) const;

  Loop& loop_;
  uint64_t max_message_;
  std::vector<GrpcMethod> methods_;
};

// The nanoseconds of a grpc-timeout header ("250m", "5S"); false when it is malformed.
bool parse_grpc_timeout(Text text, int64_t& nanoseconds);

}  // namespace whittle
