// SPDX-License-Identifier: Apache-2.0
// Outgoing HTTP. Two implementations are linked by name, never both: client_curl.cc (the real one, libcurl's multi
// interface on our epoll loop) and client_replay.cc (prints what would have been sent and answers 200 at once).
#pragma once

#include "runtime/base/buffer.h"
#include "runtime/base/result.h"
#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"
#include "runtime/http/header.h"

#include <vector>

namespace whittle {

struct Metadata;  // runtime/base/payload.h

// TLS of a client, as the Collector's configtls.ClientConfig. Borrowed from the config.
struct ClientTls {
  bool insecure_skip_verify = false;
  Text ca_file, ca_pem, cert_file, cert_pem, key_file, key_pem;
  Text server_name_override;
  Text min_version, max_version;  // "1.2", "1.3" or empty
  bool include_system_ca_certs_pool = false;
};

struct HttpRequest {
  Text method = "POST";
  Text url;
  std::vector<HttpHeader> headers;  // name and value copied by send()
  Writer body;                      // moved from
  std::vector<Slice> slices;        // the body in pieces, in place of `body`: shared, not copied
  int64_t timeout_ns = 30'000'000'000;
  Text proxy;                                // empty: from the environment, as curl does
  const ClientTls* tls = nullptr;            // null: system roots
  Text unix_socket;                          // empty: TCP
  bool keep_alive = true;                    // false: the connection is closed afterwards
  bool http2 = true;                         // false: HTTP/1.1 even where TLS offers HTTP/2
  int64_t idle_timeout_ns = 90'000'000'000;  // a connection that was idle for longer is not used again; 0: no limit
  size_t most_body = 1024 * 1024;            // bytes of the answer's body that are kept
  bool follow_redirects = true;              // GET and HEAD only
  bool environment_proxy = true;             // false: where `proxy` is empty there is none
  int64_t max_connections = 0;               // to one host, of all requests of this `exporter` that say so; 0: no limit

  // A gRPC call: HTTP/2 from the first byte, and through a proxy by CONNECT. Trailers stand among the answer's headers.
  bool grpc = false;
  Text address;               // to connect to in place of the URL's host: "10.0.0.1", "[::1]"; empty: by the name
  int64_t keepalive_ns = 0;   // TCP asks whether the other end is there after so much silence; 0: after a minute
  int64_t lost_after_ns = 0;  // closes a connection when nothing was acknowledged for so long; 0: as the system does

  // Of the request that the telemetry came with, for who authenticates; null: not known.
  const Metadata* metadata = nullptr;

  // Shown by replay: which exporter, what call, and the body before compression in JSON (or OTLP protobuf bytes
  // of `otlp_signal`; empty: what the slices hold). Empty `call`: not shown (metadata and credentials).
  Text exporter, call;
  Text kind = "exporter";  // what `exporter` is: "receiver", "extension"
  Bytes plain_body;
  bool plain_is_otlp = false;
  Signal otlp_signal = Signal::Traces;
};

struct HttpResponse {
  int status = 0;  // 0 when there was none; then `error` tells
  Errc error = Errc::Network;
  Text error_text;                  // for the log: what curl says
  bool unsent = false;              // nothing of the request can have arrived: there was no connection
  std::vector<HttpHeader> headers;  // names in lower case
  Bytes body;                       // at most `most_body` of it
  bool cut = false;                 // there was more
};

// What `call` is where requests have no name of their own: the URL's path and query.
inline Text path_of_url(Text url) {
  const size_t scheme = url.find("://"), slash = url.find('/', scheme == Text::npos ? 0 : scheme + 3);
  return slash == Text::npos ? Text("/") : url.substr(slash);
}

// Called once for every send(), from the loop, never from inside send() itself.
using HttpDone = void (*)(void* context, const HttpResponse& response);

class HttpClient {
public:
  explicit HttpClient(Runtime& runtime);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;

  // Starts a request. GET and HEAD follow redirects unless told not to; to all others a redirect (301, 302, 303, 307,
  // 308) is the answer. everything borrowed by `request` is copied or needed only during the call, except `tls`.
  void send(HttpRequest&& request, HttpDone done, void* context);

  // Requests that have not been answered.
  uint32_t in_flight() const { return in_flight_; }

private:
  friend struct ClientImpl;
  struct ClientImpl* impl_ = nullptr;
  uint32_t in_flight_ = 0;
};

}  // namespace whittle
