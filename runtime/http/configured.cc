// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/configured.h"

#include "runtime/base/budget.h"

#include "runtime/base/payload.h"

#include <stdio.h>
#include <string.h>

namespace whittle {

static constexpr int64_t kDefaultMaxBody = 20 * 1024 * 1024;

static Text transport_name(config::ListenAddressTransport transport) {
  switch (transport) {
  case config::ListenAddressTransport::Tcp: return "tcp";
  case config::ListenAddressTransport::Tcp4: return "tcp4";
  case config::ListenAddressTransport::Tcp6: return "tcp6";
  case config::ListenAddressTransport::Unix: return "unix";
  }
  return "tcp";
}

ServerOptions server_options(const config::HttpServer& config, Text component, TlsServerOptions& tls) {
  ServerOptions o;
  o.component = component;
  o.endpoint = view(config.endpoint);
  o.transport = transport_name(config.transport);
  if (config.tls) {
    tls = {&*config.tls, true};
    o.tls = &tls;
  }
  auto positive = [](int64_t ns) { return ns > 0 ? ns : 0; };
  o.keep_alives = config.keep_alives_enabled;
  o.read_timeout = positive(config.read_timeout);
  o.read_header_timeout = positive(config.read_header_timeout);
  o.write_timeout = positive(config.write_timeout);
  o.idle_timeout = positive(config.idle_timeout);
  o.max_concurrent_streams = 250;
  return o;
}

ServerOptions server_options(const config::GrpcServer& config, Text component, TlsServerOptions& tls) {
  ServerOptions o;
  o.component = component;
  o.endpoint = view(config.endpoint);
  o.transport = transport_name(config.transport);
  o.grpc = true;
  if (config.tls) {
    tls = {&*config.tls, false};
    o.tls = &tls;
  }
  if (config.max_concurrent_streams > 0)
    o.max_concurrent_streams =
        config.max_concurrent_streams < UINT32_MAX ? static_cast<uint32_t>(config.max_concurrent_streams) : UINT32_MAX;
  if (!config.keepalive) return o;
  // As in grpc-go 0 means the default, and whole seconds are the finest ping interval.
  if (const auto& p = config.keepalive->server_parameters) {
    o.max_connection_idle = p->max_connection_idle;
    o.max_connection_age = p->max_connection_age;
    o.max_connection_age_grace = p->max_connection_age_grace;
    if (p->time > 0) o.ping_time = p->time < 1'000'000'000 ? 1'000'000'000 : p->time;
    if (p->timeout > 0) o.ping_timeout = p->timeout;
  }
  if (const auto& p = config.keepalive->enforcement_policy) {
    if (p->min_time > 0) o.ping_min_time = p->min_time;
    o.ping_without_stream = p->permit_without_stream;
  }
  return o;
}

void collect_peer(const ServerRequest& request, Metadata& metadata) {
  if (!request.peer || request.peer->size == 0) return;
  metadata.peer = *request.peer;
  if (!request.http2 || !request.header("content-type").starts_with("application/grpc")) metadata.peer.port = 0;
}

void collect_metadata(const ServerRequest& request, Metadata& metadata) {
  size_t size = request.authority.size();
  for (const HttpHeader& h : request.headers) size += h.name.size() + h.value.size();
  BufferRef owner = BufferRef::allocate(size);
  auto* at = reinterpret_cast<char*>(owner.data());
  auto copy = [&at](Text t) {
    if (!t.empty()) memcpy(at, t.data(), t.size());
    const Text copied(at, t.size());
    at += t.size();
    return copied;
  };
  bool has_host = false;
  for (const HttpHeader& h : request.headers) {
    has_host |= h.name == "host";
    const Text name = copy(h.name);
    metadata.headers.push_back({owner, name, copy(h.value)});
  }
  if (!has_host && !request.authority.empty()) {
    const Text name =
        request.http2 && request.header("content-type").starts_with("application/grpc") ? ":authority" : "host";
    metadata.headers.push_back({owner, name, copy(request.authority)});
  }
}

ClientTls client_tls(const config::TlsClient& t) {
  ClientTls tls;
  tls.insecure_skip_verify = t.insecure_skip_verify;
  tls.ca_file = view(t.ca_file), tls.ca_pem = view(t.ca_pem);
  tls.cert_file = view(t.cert_file), tls.cert_pem = view(t.cert_pem);
  tls.key_file = view(t.key_file), tls.key_pem = view(t.key_pem);
  tls.server_name_override = view(t.server_name_override);
  tls.include_system_ca_certs_pool = t.include_system_ca_certs_pool || (t.ca_file.size == 0 && t.ca_pem.size == 0);
  tls.min_version = t.min_version == config::TlsCommonMinVersion::V13 ? "1.3" : "1.2";
  tls.max_version = t.max_version == config::TlsCommonMaxVersion::V12 ? "1.2" : "";
  return tls;
}

static constexpr Text kNoMemory = "there is no memory for the request now";

HttpFront::HttpFront(Loop& loop, const config::HttpServer& config, const ServerHandler& handler, ErrorFn error)
    : config_(config), inner_(handler), error_(error),
      limit_(static_cast<uint64_t>(config.max_request_body_size > 0 ? config.max_request_body_size : kDefaultMaxBody)) {
  loop.on_idle(decompress_trim);
  if (!config.cors) return;
  for (const Str& origin : config.cors->allowed_origins) any_origin_ |= view(origin) == "*";
  if (config.cors->max_age != 0) {
    // A negative age says: do not remember.
    const long long seconds = config.cors->max_age > 0 ? config.cors->max_age : 0;
    max_age_ = Text(max_age_text_, static_cast<size_t>(snprintf(max_age_text_, sizeof max_age_text_, "%lld", seconds)));
  }
}

ServerHandler HttpFront::handler() {
  return {
      .self = this,
      .head = [](void* self, ServerRequest& q, ServerReply& a) { return static_cast<HttpFront*>(self)->head(q, a); },
      .whole = [](void* self, ServerRequest& q, ServerReply& a) { static_cast<HttpFront*>(self)->whole(q, a); },
      .too_large =
          [](void* self, ServerRequest& q, ServerReply& a) {
            auto* front = static_cast<HttpFront*>(self);
            if (q.body.busy()) front->error_(front->inner_.self, q, a, 503, kNoMemory);
            else front->error_(front->inner_.self, q, a, 400, "http: request body too large");
          },
  };
}

std::optional<Coding> HttpFront::coding(Text name) const {
  using Allowed = config::HttpServerCompressionAlgorithms;
  struct Known {
    Text name;
    Allowed allowed;
    Coding coding;
  };
  static constexpr Known kKnown[] = {
      {"", Allowed::Empty, Coding::Identity},      {"none", Allowed::None, Coding::Identity},
      {"gzip", Allowed::Gzip, Coding::Gzip},       {"zstd", Allowed::Zstd, Coding::Zstd},
      {"zlib", Allowed::Zlib, Coding::Zlib},       {"deflate", Allowed::Deflate, Coding::Zlib},
      {"snappy", Allowed::Snappy, Coding::Snappy}, {"x-snappy-framed", Allowed::XSnappyFramed, Coding::SnappyFramed},
      {"lz4", Allowed::Lz4, Coding::Lz4},
  };
  for (const Known& known : kKnown) {
    if (known.name != name) continue;
    if (config_.compression_algorithms.size == 0)
      return known.name == "none" ? std::nullopt : std::optional(known.coding);
    for (Allowed allowed : config_.compression_algorithms)
      if (allowed == known.allowed) return known.coding;
    return std::nullopt;
  }
  return std::nullopt;
}

static Text in_arena(ServerRequest& request, Text a, Text b) {
  char* text = request.arena.array<char>(a.size() + b.size() + 1);
  memcpy(text, a.data(), a.size());
  memcpy(text + a.size(), b.data(), b.size());
  return {text, a.size() + b.size()};
}

bool HttpFront::head(ServerRequest& request, ServerReply& reply) {
  for (const Entry<Str>& h : config_.response_headers) {
    char* name = request.arena.array<char>(h.key.size);
    for (uint64_t i = 0; i < h.key.size; ++i) name[i] = lower_case(h.key.data[i]);
    reply.header(Text(name, h.key.size), view(h.value));
  }
  if (config_.cors && config_.cors->allowed_origins.size > 0 && cross_origin(request, reply)) return false;
  const Text encoding = request.header("content-encoding");
  const auto known = coding(encoding);
  if (!known) {
    error_(inner_.self, request, reply, 400, in_arena(request, "unsupported Content-Encoding: ", encoding));
    return false;
  }
  request.body.expect(request.length, limit_);
  return inner_.head(inner_.self, request, reply);
}

void HttpFront::whole(ServerRequest& request, ServerReply& reply) {
  const Text encoding = request.header("content-encoding");
  const Coding known = coding(encoding).value_or(Coding::Identity);
  if (known != Coding::Identity) {
    const uint64_t left = budget_left() / 2;  // while it grows it is there twice
    auto plain = decompress(known, request.body.bytes(), left < limit_ ? left : limit_);
    if (!plain) {
      const Errc code = plain.error().code;
      if (code == Errc::TooLarge && left < limit_) return error_(inner_.self, request, reply, 503, kNoMemory);
      if (code == Errc::TooLarge) return error_(inner_.self, request, reply, 400, "http: request body too large");
      return error_(inner_.self, request, reply, 400,
                    in_arena(request, in_arena(request, encoding, ": "), errc_text(code)));
    }
    request.body.replace(static_cast<BufferRef&&>(plain->buffer), plain->size);
  }
  inner_.whole(inner_.self, request, reply);
}

// `pattern` holds at most one asterisk; both are compared in lower case.
static bool matches(Text pattern, Text origin) {
  auto equal = [](Text a, Text b) { return equal_ignoring_case(a, b); };
  const size_t star = pattern.find('*');
  if (star == Text::npos) return equal(pattern, origin);
  const Text front = pattern.substr(0, star), back = pattern.substr(star + 1);
  return origin.size() >= front.size() + back.size() && equal(front, origin.substr(0, front.size())) &&
         equal(back, origin.substr(origin.size() - back.size()));
}

bool HttpFront::allows_origin(Text origin) const {
  if (any_origin_) return true;
  for (const Str& allowed : config_.cors->allowed_origins)
    if (matches(view(allowed), origin)) return true;
  return false;
}

// Every name in a comma-separated list is allowed, by the config or because any page may send it.
bool HttpFront::allows_headers(Text list) const {
  const List<Str>& allowed = config_.cors->allowed_headers;
  for (;;) {
    const size_t comma = list.find(',');
    const Text name = trim_blanks(list.substr(0, comma));
    bool ok = name.empty();
    for (Text always : {Text("accept"), Text("accept-language"), Text("content-type"), Text("content-language")})
      ok |= equal_ignoring_case(name, always);
    if (allowed.size == 0) ok |= equal_ignoring_case(name, "x-requested-with");
    for (const Str& a : allowed) ok |= view(a) == "*" || equal_ignoring_case(name, view(a));
    if (!ok) return false;
    if (comma == Text::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

// The Fetch standard's CORS protocol.
bool HttpFront::cross_origin(const ServerRequest& request, ServerReply& reply) {
  const Text origin = request.header("origin");
  const Text asked_method = request.header("access-control-request-method");
  const bool preflight = request.method == "OPTIONS" && !asked_method.empty();
  reply.header("vary", preflight ? "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" : "Origin");
  if (preflight) reply.status = 204;
  if (origin.empty() || !allows_origin(origin)) return preflight;
  auto allowed_method = [](Text m) { return m == "GET" || m == "POST" || m == "HEAD"; };
  if (!preflight) {
    if (!allowed_method(request.method)) return false;
    reply.header("access-control-allow-origin", any_origin_ ? Text("*") : origin);
    const List<Str>& exposed = config_.cors->exposed_headers;
    for (const Str& name : exposed) reply.header("access-control-expose-headers", view(name));
    reply.header("access-control-allow-credentials", "true");
    return false;
  }
  const Text asked_headers = request.header("access-control-request-headers");
  if (!allowed_method(asked_method) || !allows_headers(asked_headers)) return true;
  reply.header("access-control-allow-origin", any_origin_ ? Text("*") : origin);
  reply.header("access-control-allow-methods", asked_method);
  if (!asked_headers.empty()) reply.header("access-control-allow-headers", asked_headers);
  reply.header("access-control-allow-credentials", "true");
  if (!max_age_.empty()) reply.header("access-control-max-age", max_age_);
  return true;
}

}  // namespace whittle
