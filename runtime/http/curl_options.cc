// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/curl_options.h"

#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

namespace whittle::curl {

// Beyond its timeout a request is ended whatever curl says.
static constexpr int64_t kOverdue = 1'000'000'000, kNeverOverdue = int64_t{1} << 60;
static constexpr size_t kLeastUpload = 16 * 1024;
static constexpr size_t kMostUpload = 256 * 1024;
static constexpr size_t kRoomForHeaders = 4 * 1024;

// ---- TLS

static CURLcode on_tls(CURL*, void* config, void* me) {
  auto& call = *static_cast<Call*>(me);
  if (call.roots) mbedtls_ssl_conf_ca_chain(static_cast<mbedtls_ssl_config*>(config), &call.roots->chain, nullptr);
  return CURLE_OK;
}

static long version_bits(Text lowest, Text highest) {
  long bits = lowest == "1.3" ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
  if (!highest.empty()) bits |= highest == "1.3" ? CURL_SSLVERSION_MAX_TLSv1_3 : CURL_SSLVERSION_MAX_TLSv1_2;
  return bits;
}

static void set_tls(Call& call, const ClientTls* tls, TrustedRoots& roots) {
  CURL* easy = call.easy;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                   tls ? version_bits(tls->min_version, tls->max_version) : version_bits({}, {}));
  if (tls && tls->insecure_skip_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  } else {
    call.roots = roots.of(tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &call);
  }
  if (!tls) return;
  // Told to curl too, so that connections that trust different authorities are not taken for each other.
  if (!tls->ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file.data());
  } else if (!tls->ca_pem.empty()) {
    curl_blob blob = {const_cast<char*>(tls->ca_pem.data()), tls->ca_pem.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  auto set = [easy](CURLoption file_option, CURLoption blob_option, Text file, Text pem) {
    if (!file.empty()) {
      curl_easy_setopt(easy, file_option, file.data());
    } else if (!pem.empty()) {
      curl_blob blob = {const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
      curl_easy_setopt(easy, blob_option, &blob);
    }
  };
  set(CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB, tls->cert_file, tls->cert_pem);
  set(CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB, tls->key_file, tls->key_pem);
}

// ---- where to

// Splits "https://host:port/path"; the port is empty when it is not written.
struct UrlParts {
  Text scheme, host, port, rest;
};
static UrlParts split_url(Text url) {
  UrlParts parts;
  const size_t scheme = url.find("://");
  if (scheme == Text::npos) return parts;
  parts.scheme = url.substr(0, scheme);
  Text authority = url.substr(scheme + 3);
  const size_t path = authority.find_first_of("/?#");
  parts.rest = path == Text::npos ? Text() : authority.substr(path);
  authority = authority.substr(0, path);
  if (const size_t at = authority.rfind('@'); at != Text::npos) authority.remove_prefix(at + 1);
  const size_t colon = authority.rfind(':');
  const bool has_port = colon != Text::npos && authority.find(']', colon) == Text::npos;
  parts.host = authority.substr(0, has_port ? colon : Text::npos);
  parts.port = has_port ? authority.substr(colon + 1) : Text();
  return parts;
}

// The name to ask TLS for and to check differs from the host: the URL names it, and the connection goes to the host.
static void set_server_name(Call& call, Text url, Text name, Text address, bool has_host) {
  const UrlParts parts = split_url(url);
  const Text port = parts.port.empty() ? (parts.scheme == "https" ? Text("443") : Text("80")) : parts.port;
  Writer text;
  for (Text t : {name, Text(":"), port, Text(":"), address.empty() ? parts.host : address, Text(":"), port})
    text.append(t);
  call.connect_to = curl_slist_append(nullptr, call.arena.copy(text.text()).data());
  curl_easy_setopt(call.easy, CURLOPT_CONNECT_TO, call.connect_to);
  text.clear();
  for (Text t : {parts.scheme, Text("://"), name, Text(":"), port, parts.rest}) text.append(t);
  curl_easy_setopt(call.easy, CURLOPT_URL, call.arena.copy(text.text()).data());
  if (has_host) return;
  text.clear();
  text.append(parts.host);
  if (!parts.port.empty()) {
    text.byte(':');
    text.append(parts.port);
  }
  call.add_header("Host", text.text());
}

// One of several addresses of the URL's host.
static void set_address(Call& call, Text url, Text address) {
  const UrlParts parts = split_url(url);
  Writer text;
  for (Text t : {parts.host, Text(":"), parts.port, Text(":"), address, Text(":"), parts.port}) text.append(t);
  call.connect_to = curl_slist_append(nullptr, call.arena.copy(text.text()).data());
  curl_easy_setopt(call.easy, CURLOPT_CONNECT_TO, call.connect_to);
}

// Connections of which the other end is gone are closed by the system, where it is told how long to wait: HTTP/2 has
// many calls on each, and none of them may wait for the system's own quarter of an hour.
static int on_socket_made(void* me, curl_socket_t fd, curlsocktype) {
  const auto milliseconds = static_cast<unsigned>(static_cast<Call*>(me)->lost_after_ns / 1'000'000);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);  // not of a Unix socket
  return CURL_SOCKOPT_OK;
}

static void set_keepalive(Call& call, const HttpRequest& request) {
  if (request.lost_after_ns > 0) {
    call.lost_after_ns = request.lost_after_ns;
    curl_easy_setopt(call.easy, CURLOPT_SOCKOPTFUNCTION, on_socket_made);
    curl_easy_setopt(call.easy, CURLOPT_SOCKOPTDATA, &call);
  }
  if (request.keepalive_ns <= 0) return;
  const auto seconds = static_cast<long>((request.keepalive_ns + 999'999'999) / 1'000'000'000);
  curl_easy_setopt(call.easy, CURLOPT_TCP_KEEPIDLE, seconds);
  curl_easy_setopt(call.easy, CURLOPT_TCP_KEEPINTVL, seconds);
}

// The environment is read as Go reads it: HTTP_PROXY counts for http:// too, and nobody goes to this machine by a
// proxy.
static void set_proxy(Call& call, Text url, Text proxy, bool grpc) {
  if (!proxy.empty()) {
    curl_easy_setopt(call.easy, CURLOPT_PROXY, call.arena.copy(proxy).data());
    return;
  }
  const UrlParts parts = split_url(url);
  if (equal_ignoring_case(parts.host, "localhost") || parts.host.starts_with("127.") || parts.host == "[::1]") {
    curl_easy_setopt(call.easy, CURLOPT_PROXY, "");
    return;
  }
  if (grpc) {
    // gRPC goes through what HTTPS_PROXY names, with TLS or without.
    curl_easy_setopt(call.easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    if (parts.scheme != "http") return;
    const char* tunnel = getenv("https_proxy");
    if (!tunnel) tunnel = getenv("HTTPS_PROXY");
    curl_easy_setopt(call.easy, CURLOPT_PROXY, tunnel ? tunnel : "");
    return;
  }
  if (parts.scheme != "http" || getenv("http_proxy")) return;
  if (const char* upper = getenv("HTTP_PROXY")) curl_easy_setopt(call.easy, CURLOPT_PROXY, upper);
}

// ---- the request itself

// Which connections may carry it, and what becomes of them afterwards.
static void set_connection(Call& call, Text url, const HttpRequest& request) {
  CURL* easy = call.easy;
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(request.grpc    ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                                     : request.http2 ? CURL_HTTP_VERSION_2TLS
                                                     : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, request.keep_alive ? 0L : 1L);
  // Waits for a connection that may take several requests. One that waits has no timeout in curl, and nothing wakes it
  // when that connection fails at the wrong moment: `overdue` ends it.
  const bool may_share = request.grpc || (request.http2 && url.starts_with("https:"));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  const int64_t idle_seconds =
      request.idle_timeout_ns > 0 ? (request.idle_timeout_ns + 999'999'999) / 1'000'000'000 : INT32_MAX;
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN,
                   idle_seconds < INT32_MAX ? static_cast<long>(idle_seconds) : static_cast<long>(INT32_MAX));
  set_keepalive(call, request);
}

static void set_timeout(Call& call, int64_t timeout_ns) {
  if (timeout_ns <= 0) return;
  const int64_t milliseconds = (timeout_ns + 999'999) / 1'000'000;
  const long most = milliseconds < INT32_MAX ? static_cast<long>(milliseconds) : INT32_MAX;
  curl_easy_setopt(call.easy, CURLOPT_TIMEOUT_MS, most);
  curl_easy_setopt(call.easy, CURLOPT_CONNECTTIMEOUT_MS, most);
  if (timeout_ns < kNeverOverdue) call.overdue.in(timeout_ns + kOverdue);
}

static void set_body(Call& call) {
  CURL* easy = call.easy;
  size_t size = call.body.size();
  if (call.slices.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                     call.body.empty() ? "" : reinterpret_cast<const char*>(call.body.data()));
  } else {
    size = 0;
    for (const Slice& s : call.slices) size += s.bytes.size();
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_slices);
    curl_easy_setopt(easy, CURLOPT_READDATA, &call);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_slices);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, &call);
  }
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
  // Large enough for headers and body in one system call, and of few sizes: curl keeps the buffer of a handle for
  // requests of the same size, and makes and clears another one for those of others.
  const size_t upload = (size + kRoomForHeaders + kLeastUpload - 1) / kLeastUpload * kLeastUpload;
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(upload < kMostUpload ? upload : kMostUpload));
}

static void set_method(Call& call, const HttpRequest& request, bool has_type) {
  CURL* easy = call.easy;
  // Only what asks is sent elsewhere. What delivers is not: after 301, 302 and 303 it would become a GET, whose 200
  // says nothing of what was to be delivered, and a signature does not count for another host.
  const bool asks = request.method == "GET" || request.method == "HEAD";
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, asks && request.follow_redirects ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
  if (request.method == "GET") {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    set_body(call);
    if (request.method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.arena.copy(request.method).data());
    call.add_line(const_cast<char*>("Expect:"));  // nobody waits for 100 Continue
    if (!has_type) call.add_line(const_cast<char*>("Content-Type:"));
  }
}

bool set_options(Call& call, const HttpRequest& request, TrustedRoots& roots) {
  CURL* easy = call.easy;
  const Text url = call.arena.copy(request.url);
  const bool https = url.starts_with("https:");
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &call);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call.error);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // the thread that looks a name up is not waited for
  curl_easy_setopt(easy, CURLOPT_URL, url.data());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
  set_connection(call, url, request);
  set_timeout(call, request.timeout_ns);
  bool has_type = false, has_host = false;
  for (const HttpHeader& h : request.headers) {
    has_type |= equal_ignoring_case(h.name, "content-type");
    has_host |= equal_ignoring_case(h.name, "host");
    call.add_header(h.name, h.value);
  }
  set_method(call, request, has_type);
  if (request.proxy.empty() && !request.environment_proxy) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  else set_proxy(call, url, request.proxy, request.grpc);
  if (https) set_tls(call, request.tls, roots);
  if (!request.unix_socket.empty())
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call.arena.copy(request.unix_socket).data());
  if (https && request.tls && !request.tls->server_name_override.empty())
    set_server_name(call, url, request.tls->server_name_override, request.address, has_host);
  else if (!request.address.empty()) set_address(call, url, request.address);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call.headers);
  return !call.roots || call.roots->ok;
}

}  // namespace whittle::curl
