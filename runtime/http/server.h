// SPDX-License-Identifier: Apache-2.0
// A server for HTTP/1.1 and HTTP/2 on one listening socket, over TCP, TLS or a Unix socket.
//
//   ListeningSocket --> Connection --> Http1Session | Http2Session --> ServerHandler
//
// HTTP/2 is chosen by ALPN or by a client that begins with its preface (prior knowledge).
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/http/listening_socket.h"
#include "runtime/http/request.h"
#include "runtime/http/transport.h"

namespace whittle {

class Connection;
class HttpServer;

// Of replays, which listen nowhere: gets to know a server that would.
extern "C" __attribute__((weak)) void rt_replay_server(HttpServer& server);

// Times in nanoseconds, 0: none. Texts are borrowed for the life of the server.
struct ServerOptions {
  Text component;  // for the log: "otlp"
  Text endpoint;
  Text transport = "tcp";
  const TlsServerOptions* tls = nullptr;
  bool grpc = false;  // HTTP/2 only

  // HTTP/1.1, as the Collector's confighttp.ServerConfig
  bool keep_alives = true;
  int64_t read_timeout = 0;
  int64_t read_header_timeout = 0;
  int64_t write_timeout = 0;
  int64_t idle_timeout = 0;

  // Until the first request's head, or HTTP/2's preface, is there: nobody holds a connection by saying nothing.
  int64_t first_head_timeout = int64_t{10} * 1'000'000'000;
  int64_t until_first_head() const {
    const int64_t own = read_header_timeout ? read_header_timeout : read_timeout;
    return own > 0 && own < first_head_timeout ? own : first_head_timeout;
  }

  // HTTP/2, as configgrpc.ServerConfig; the defaults are grpc-go's
  uint32_t max_concurrent_streams = 1000;
  uint32_t read_size = 0;  // at most so many bytes are read at once; 0: as many as fit
  int64_t max_connection_idle = 0;
  int64_t max_connection_age = 0;
  int64_t max_connection_age_grace = 0;
  int64_t ping_time = int64_t{7200} * 1'000'000'000;
  int64_t ping_timeout = int64_t{20} * 1'000'000'000;
  int64_t ping_min_time = int64_t{300} * 1'000'000'000;
  bool ping_without_stream = false;
};

class HttpServer {
public:
  HttpServer(Runtime& runtime, const ServerOptions& options, const ServerHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;

  // Listens. Returns false with the reason logged.
  bool start();
  // Serves a connection that was accepted elsewhere; owns `fd`, which is non-blocking.
  void serve(int fd) { accepted(fd); }
  // Takes no new connection; connections end when their requests have been answered.
  void drain();
  // True when no connection is left.
  bool idle() const { return connections_ == nullptr; }
  uint16_t port() const { return socket_.port(); }
  uint32_t connection_count() const { return connection_count_; }

  // For connections.
  Runtime& runtime() { return runtime_; }
  Loop& loop() { return *runtime_.loop; }
  const ServerOptions& options() const { return options_; }
  const ServerHandler& handler() const { return handler_; }
  bool draining() const { return draining_; }
  Text date();  // the value of the Date header
  // A request was not taken in: the process holds what it may.
  void no_memory();

private:
  friend class Connection;
  void accepted(int fd);

  Runtime& runtime_;
  ServerOptions options_;
  ServerHandler handler_;
  ListeningSocket socket_;
  void* tls_ = nullptr;
  Connection* connections_ = nullptr;
  uint32_t connection_count_ = 0;
  int64_t crowded_since_ = 0;  // monotonic ns of when reading began to wait; 0: there is room
  bool draining_ = false;
  int64_t date_second_ = -1;
  char date_[32];
};

}  // namespace whittle
