// SPDX-License-Identifier: Apache-2.0
// A whole connection, HTTP/1.1 or HTTP/2 as the input begins, gRPC, TLS or neither by its first byte: nothing a peer
// sends does harm, and when the peer has gone nothing of the connection is left.
#include "runtime/base/check.h"
#include "runtime/base/self_metrics.h"
#include "runtime/grpc/service.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"

#include "stdlib/common/common_config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace whittle;

namespace {

// A key and a certificate of its own, in PEM.
std::string made_identity() {
  FILE* made = popen("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout - -subj /CN=a "
                     "-days 9 2>/dev/null",
                     "r");
  std::string out;
  for (int c; (c = fgetc(made)) != EOF;) out += static_cast<char>(c);
  CHECK(pclose(made) == 0);
  return out;
}

struct World {
  Loop loop;
  Logger log;
  Runtime runtime;
  GrpcService grpc{loop, 1 << 20};
  ServerOptions options[3];
  HttpServer* servers[3];
  std::string identity = made_identity();
  config::TlsServer tls{};
  TlsServerOptions tls_options{&tls};

  World() {
    CHECK(loop.open());
    log.level = LogLevel::Error;
    runtime.loop = &loop;
    runtime.log = &log;
    grpc.add({"a.B", "C",
              [](void*, ServerRequest&, const BufferRef&, Bytes message, Writer& answer) {
                answer.append(message);
                return GrpcStatus{};
              },
              nullptr});
    ServerHandler plain = {.self = nullptr,
                           .head =
                               [](void*, ServerRequest& q, ServerReply&) {
                                 q.body.expect(q.length, 1 << 16);
                                 return true;
                               },
                           .whole = [](void*, ServerRequest& q, ServerReply& a) { a.body.append(q.body.bytes()); },
                           .too_large = [](void*, ServerRequest&, ServerReply& a) { a.status = 413; }};
    options[1].grpc = true;
    servers[0] = new HttpServer(runtime, options[0], plain);
    servers[1] = new HttpServer(runtime, options[1], grpc.handler());
    tls.cert_pem = tls.key_pem = {identity.data(), identity.size()};
    options[2].tls = &tls_options;
    options[2].endpoint = "127.0.0.1:0";
    servers[2] = new HttpServer(runtime, options[2], plain);
    CHECK(servers[2]->start());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World* world = new World();
  if (size == 0) return 0;
  HttpServer& server = *world->servers[data[0] & 8 ? 2 : data[0] & 1];
  int ends[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  server.serve(ends[0]);
  static constexpr Text kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (data[0] & 2) CHECK(write(ends[1], kPreface.data(), kPreface.size()) == static_cast<ssize_t>(kPreface.size()));
  Bytes rest = {data + 1, size - 1};
  const size_t step = data[0] & 4 ? 7 : 4096;
  char sink[4096];
  while (!rest.empty()) {
    const size_t n = std::min(step, rest.size());
    if (send(ends[1], rest.data(), n, MSG_NOSIGNAL) < 0) break;
    rest = rest.subspan(n);
    world->loop.step(0);
    while (recv(ends[1], sink, sizeof sink, 0) > 0) {
    }
  }
  for (int i = 0; i < 4; ++i) world->loop.step(0);
  close(ends[1]);
  for (int i = 0; i < 10 && !server.idle(); ++i) world->loop.step(0);
  CHECK(server.idle());
  return 0;
}
