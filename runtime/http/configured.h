// SPDX-License-Identifier: Apache-2.0
// From the settings that components share (stdlib/common/*.wtl) to servers: the options, and the layer between a server
// and a handler that does what `cors`, `response_headers`, `compression_algorithms` and `max_request_body_size` ask
// for.
#pragma once

#include "runtime/codec/decompress.h"
#include "runtime/http/client.h"
#include "runtime/http/server.h"
#include "stdlib/common/common_config.h"

#include <optional>

namespace whittle {

// Options of a server. `tls` is filled in when the config has TLS and must live as long as the server.
ServerOptions server_options(const config::HttpServer& config, Text component, TlsServerOptions& tls);
ServerOptions server_options(const config::GrpcServer& config, Text component, TlsServerOptions& tls);

// TLS of a client. Borrowed from the config.
ClientTls client_tls(const config::TlsClient& config);

// What the settings of a client (`include http_client`) say of each of its requests, endpoint and body aside.
template <class Config>
void configure_request(HttpRequest& request, const Config& config, const ClientTls& tls) {
  for (const Entry<Str>& h : config.headers) request.headers.push_back({view(h.key), view(h.value)});
  request.timeout_ns = config.timeout;
  request.proxy = view(config.proxy_url);
  request.keep_alive = !config.disable_keep_alives;
  request.http2 = config.force_attempt_http2;
  request.idle_timeout_ns = config.idle_conn_timeout;
  request.max_connections = config.max_conns_per_host;
  request.tls = &tls;
}

// Who sent a request, as a payload carries it on: of gRPC with the port, as the Collector has it.
void collect_peer(const ServerRequest& request, struct Metadata& metadata);
// The request headers that it carries on when `include_metadata` is set, copied.
void collect_metadata(const ServerRequest& request, struct Metadata& metadata);

class HttpFront {
public:
  // Answers with an error in the handler's own form.
  using ErrorFn = void (*)(void* self, ServerRequest& request, ServerReply& reply, int status, Text message);

  // `config` and `handler.self` are borrowed.
  HttpFront(Loop& loop, const config::HttpServer& config, const ServerHandler& handler, ErrorFn error);
  HttpFront(const HttpFront&) = delete;

  ServerHandler handler();

private:
  bool head(ServerRequest& request, ServerReply& reply);
  void whole(ServerRequest& request, ServerReply& reply);
  bool cross_origin(const ServerRequest& request, ServerReply& reply);  // true: that was all
  bool allows_origin(Text origin) const;
  bool allows_headers(Text list) const;
  std::optional<Coding> coding(Text name) const;

  const config::HttpServer& config_;
  ServerHandler inner_;
  ErrorFn error_;
  uint64_t limit_;
  bool any_origin_ = false;
  Text max_age_;
  char max_age_text_[24];
};

}  // namespace whittle
