// SPDX-License-Identifier: Apache-2.0
// Outgoing HTTP by libcurl's multi interface on the event loop: connections are kept and reused, HTTP/2 is taken where
// TLS offers it.
//
// Names are resolved by curl's threaded resolver: musl's getaddrinfo() blocks for as long as a DNS server is silent (5
// s a try), and everything the collector does shares one loop. The thread lives for one look-up and touches nothing of
// ours; addresses and `localhost` need no thread, and answers are cached for a minute.
//
// CA roots are parsed once and shared by all connections: curl by itself would parse and hold the whole bundle for
// each.
#include "runtime/base/arena.h"
#include "runtime/base/check.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"

#include <curl/curl.h>
#include <errno.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle {

static constexpr size_t kMostHeaders = 64 * 1024;
static constexpr size_t kPooledHandles = 8;
static constexpr long kIdleConnections = 32;
// Beyond its timeout a request is ended whatever curl says.
static constexpr int64_t kOverdue = 1'000'000'000, kNeverOverdue = int64_t{1} << 60;
static constexpr size_t kLeastUpload = 16 * 1024;
static constexpr size_t kMostUpload = 256 * 1024;
static constexpr size_t kRoomForHeaders = 4 * 1024;
static constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

namespace {

// Connections that count together: those of all requests without a limit, or of one exporter that has one.
struct Pool {
  Pool(ClientImpl& client, Text whose, int64_t most);
  ~Pool();
  void act(curl_socket_t socket, int events);

  ClientImpl& client;
  const Text whose;  // an id in the config
  const int64_t most;
  CURLM* multi;
  Timer timer;
};

struct Socket {
  explicit Socket(Pool& pool);
  Pool& pool;
  Watch watch;
};

// Trusted certificates, by what they were made of.
struct Roots {
  Text file, pem;
  bool system = false;
  bool ok = false;
  mbedtls_x509_crt chain;
};

struct Call {
  ClientImpl* client;
  Pool* pool = nullptr;
  CURL* easy = nullptr;
  curl_slist *headers = nullptr, *last_header = nullptr;  // in the arena
  curl_slist* connect_to = nullptr;
  Roots* roots = nullptr;
  HttpDone done = nullptr;
  void* context = nullptr;
  Writer body;
  std::vector<Slice> slices;
  size_t slice = 0, sent = 0;  // where sending is: in which slice, and how much of it
  Writer answer;
  size_t most_body = 0;
  bool cut = false;
  size_t header_bytes = 0;
  std::vector<HttpHeader> answer_headers;
  Arena arena;
  int64_t lost_after_ns = 0;
  CURLcode failed = CURLE_OK;  // before it was given to curl
  Timer overdue;
  Call* next = nullptr;
  Call* previous = nullptr;
  char error[CURL_ERROR_SIZE] = {};

  explicit Call(ClientImpl& client);
};

}  // namespace

struct ClientImpl {
  ClientImpl(HttpClient& o, Runtime& r);
  ~ClientImpl();

  void begin(HttpRequest&& request, HttpDone done, void* context);
  bool prepare(Call& call, HttpRequest& request);
  void prepare_tls(Call& call, const ClientTls* tls);
  void prepare_server_name(Call& call, Text url, Text name, Text address, bool has_host);
  void prepare_address(Call& call, Text url, Text address);
  void prepare_proxy(Call& call, Text url, Text proxy, bool grpc);
  void prepare_keepalive(Call& call, const HttpRequest& request);
  void add_header(Call& call, Text name, Text value);
  void add_line(Call& call, char* line);
  Roots* roots(const ClientTls* tls);
  Pool& pool_of(const HttpRequest& request);
  void finish_done(CURLM* multi);
  void finish(Call& call, CURLcode code);

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* socket);
  static int on_timer(CURLM*, long milliseconds, void* self);

  HttpClient& owner;
  Runtime& runtime;
  std::vector<Pool*> pools;  // the first is the one without a limit
  Task failures;
  Call* calls = nullptr;
  std::vector<Roots*> known_roots;
  std::vector<CURL*> handles;
};

ClientImpl::ClientImpl(HttpClient& o, Runtime& r)
    : owner(o), runtime(r), failures(
                                *r.loop,
                                [](void* s) {
                                  auto* self = static_cast<ClientImpl*>(s);
                                  for (Call* call = self->calls; call;) {
                                    Call* next = call->next;
                                    if (call->failed != CURLE_OK) {
                                      self->finish(*call, call->failed);
                                      next = self->calls;  // a callback may have begun or ended any
                                    }
                                    call = next;
                                  }
                                },
                                this) {
  CHECK(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK);
  CHECK(psa_crypto_init() == PSA_SUCCESS);
  pools.push_back(new Pool(*this, {}, 0));
}

Pool::Pool(ClientImpl& c, Text w, int64_t m)
    : client(c), whose(w), most(m), multi(curl_multi_init()),
      timer(*c.runtime.loop, [](void* s) { static_cast<Pool*>(s)->act(CURL_SOCKET_TIMEOUT, 0); }, this) {
  CHECK(multi != nullptr);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, ClientImpl::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, ClientImpl::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kIdleConnections);
  if (most > 0)
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(most < INT32_MAX ? most : INT32_MAX));
}

Pool::~Pool() {
  curl_multi_cleanup(multi);
}

// Exporters live as long as the process, so their ids do, and there are no more pools than exporters.
Pool& ClientImpl::pool_of(const HttpRequest& request) {
  if (request.max_connections <= 0) return *pools[0];
  for (Pool* pool : pools)
    if (pool->most == request.max_connections && pool->whose == request.exporter) return *pool;
  pools.push_back(new Pool(*this, request.exporter, request.max_connections));
  return *pools.back();
}

ClientImpl::~ClientImpl() {
  while (calls) {
    Call* call = calls;
    calls = call->next;
    if (call->failed == CURLE_OK) curl_multi_remove_handle(call->pool->multi, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->connect_to);
    delete call;
  }
  for (CURL* handle : handles) curl_easy_cleanup(handle);
  for (Pool* pool : pools) delete pool;
  for (Roots* r : known_roots) {
    mbedtls_x509_crt_free(&r->chain);
    delete r;
  }
  curl_global_cleanup();
}

Socket::Socket(Pool& p)
    : pool(p), watch(
                   *p.client.runtime.loop,
                   [](void* s, uint32_t ready) {
                     auto* self = static_cast<Socket*>(s);
                     int bits = 0;
                     if (ready & (EPOLLIN | EPOLLHUP)) bits |= CURL_CSELECT_IN;
                     if (ready & EPOLLOUT) bits |= CURL_CSELECT_OUT;
                     if (ready & EPOLLERR) bits |= CURL_CSELECT_ERR;
                     self->pool.act(self->watch.fd(), bits);  // may end with `self` gone
                   },
                   this) {}

int ClientImpl::on_socket(CURL*, curl_socket_t fd, int what, void* me, void* assigned) {
  auto& self = *static_cast<Pool*>(me);
  auto* socket = static_cast<Socket*>(assigned);
  if (what == CURL_POLL_REMOVE) {
    delete socket;
    curl_multi_assign(self.multi, fd, nullptr);
    return 0;
  }
  uint32_t events = 0;
  if (what & CURL_POLL_IN) events |= EPOLLIN;
  if (what & CURL_POLL_OUT) events |= EPOLLOUT;
  if (socket) {
    socket->watch.wait_for(events);
    return 0;
  }
  socket = new Socket(self);
  if (!socket->watch.start(fd, events)) self.client.runtime.log->error("cannot watch a socket", {{"errno", errno}});
  curl_multi_assign(self.multi, fd, socket);
  return 0;
}

int ClientImpl::on_timer(CURLM*, long milliseconds, void* me) {
  auto& self = *static_cast<Pool*>(me);
  if (milliseconds < 0) self.timer.cancel();
  else self.timer.in(milliseconds * int64_t{1'000'000});
  return 0;
}

void Pool::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi, socket, events, &running);
  client.finish_done(multi);
}

void ClientImpl::finish_done(CURLM* multi) {
  // Callbacks may begin further calls, which is allowed here: curl is not in the middle of anything.
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Call* call = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    finish(*call, message->data.result);
  }
}

Call::Call(ClientImpl& c)
    : client(&c), overdue(
                      *c.runtime.loop,
                      [](void* self) {
                        auto& call = *static_cast<Call*>(self);
                        call.client->finish(call, CURLE_OPERATION_TIMEDOUT);
                      },
                      this) {}

static Errc errc_of(CURLcode code) {
  return code == CURLE_OPERATION_TIMEDOUT ? Errc::Timeout : Errc::Network;
}

static bool never_connected(CURLcode code) {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
}

void ClientImpl::finish(Call& call, CURLcode code) {
  HttpResponse response;
  long status = 0;
  if (code == CURLE_OK) {
    curl_easy_getinfo(call.easy, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    response.headers.swap(call.answer_headers);
    response.body = call.answer.bytes();
    response.cut = call.cut;
  } else {
    response.error = errc_of(code);
    response.unsent = never_connected(code);
    response.error_text = call.error[0] ? call.error : curl_easy_strerror(code);
  }
  if (call.failed == CURLE_OK) curl_multi_remove_handle(call.pool->multi, call.easy);
  (call.previous ? call.previous->next : calls) = call.next;
  if (call.next) call.next->previous = call.previous;
  --owner.in_flight_;
  call.done(call.context, response);
  if (handles.size() < kPooledHandles) {
    curl_easy_reset(call.easy);
    handles.push_back(call.easy);
  } else {
    curl_easy_cleanup(call.easy);
  }
  curl_slist_free_all(call.connect_to);
  delete &call;
}

static size_t read_slices(char* to, size_t, size_t room, void* me) {
  auto& call = *static_cast<Call*>(me);
  size_t n = 0;
  while (n < room && call.slice < call.slices.size()) {
    const Bytes rest = call.slices[call.slice].bytes.subspan(call.sent);
    const size_t part = rest.size() < room - n ? rest.size() : room - n;
    if (part > 0) memcpy(to + n, rest.data(), part);
    n += part;
    call.sent += part;
    if (call.sent == call.slices[call.slice].bytes.size()) {
      ++call.slice;
      call.sent = 0;
    }
  }
  return n;
}

// curl sends again what a connection closed by its server did not take, always from the beginning.
static int rewind_slices(void* me, curl_off_t offset, int origin) {
  auto& call = *static_cast<Call*>(me);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  call.slice = call.sent = 0;
  return CURL_SEEKFUNC_OK;
}

static size_t on_body(char* data, size_t, size_t n, void* me) {
  auto& call = *static_cast<Call*>(me);
  const size_t room = call.most_body - call.answer.size();
  call.cut |= n > room;
  call.answer.append(Text(data, n < room ? n : room));
  return n;  // the rest is read and dropped, so that the connection can be used again
}

static size_t on_header(char* data, size_t, size_t n, void* me) {
  auto& call = *static_cast<Call*>(me);
  Text line(data, n);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // of the next answer: after 100, or a redirect
    call.answer_headers.clear();
    return n;
  }
  const size_t colon = line.find(':');
  call.header_bytes += n;
  if (colon == Text::npos || call.header_bytes > kMostHeaders) return n;
  char* name = call.arena.array<char>(colon);
  for (size_t i = 0; i < colon; ++i) name[i] = lower_case(line[i]);
  call.answer_headers.push_back({Text(name, colon), call.arena.copy(trim_blanks(line.substr(colon + 1)))});
  return n;
}

static CURLcode on_tls(CURL*, void* config, void* me) {
  auto& call = *static_cast<Call*>(me);
  if (call.roots) mbedtls_ssl_conf_ca_chain(static_cast<mbedtls_ssl_config*>(config), &call.roots->chain, nullptr);
  return CURLE_OK;
}

Roots* ClientImpl::roots(const ClientTls* tls) {
  const Text file = tls ? tls->ca_file : Text();
  const Text pem = tls ? tls->ca_pem : Text();
  const bool own = !file.empty() || !pem.empty();
  const bool system = !own || tls->include_system_ca_certs_pool;
  Roots* found = nullptr;
  for (Roots* r : known_roots)
    if (r->file == file && r->pem == pem && r->system == system) found = r;
  if (found && found->ok) return found;
  if (!found) {
    // The texts live in the config, as long as the program.
    found = new Roots{file, pem, system, false, {}};
    known_roots.push_back(found);
  } else {
    mbedtls_x509_crt_free(&found->chain);  // tried again: the file may be there now
  }
  mbedtls_x509_crt_init(&found->chain);
  found->ok = true;
  auto report = [&](Text what, int code) {
    char reason[128];
    mbedtls_strerror(code, reason, sizeof reason);
    runtime.log->error("cannot read CA certificates", {{"from", what}, {"reason", static_cast<const char*>(reason)}});
    found->ok = false;
  };
  // A positive code counts certificates of a bundle that could not be parsed; the others serve.
  if (system) {
    const char* path = getenv("SSL_CERT_FILE");
    if (!path || !*path) path = kSystemRoots;
    if (const int code = mbedtls_x509_crt_parse_file(&found->chain, path); code < 0) report(path, code);
  }
  if (!file.empty()) {
    if (const int code = mbedtls_x509_crt_parse_file(&found->chain, file.data()); code < 0) report(file, code);
  }
  if (!pem.empty()) {
    std::vector<unsigned char> copy(pem.begin(), pem.end());
    copy.push_back(0);
    if (const int code = mbedtls_x509_crt_parse(&found->chain, copy.data(), copy.size()); code < 0)
      report("ca_pem", code);
  }
  return found;
}

static long version_bits(Text lowest, Text highest) {
  long bits = lowest == "1.3" ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
  if (!highest.empty()) bits |= highest == "1.3" ? CURL_SSLVERSION_MAX_TLSv1_3 : CURL_SSLVERSION_MAX_TLSv1_2;
  return bits;
}

void ClientImpl::prepare_tls(Call& call, const ClientTls* tls) {
  CURL* easy = call.easy;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                   tls ? version_bits(tls->min_version, tls->max_version) : version_bits({}, {}));
  if (tls && tls->insecure_skip_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  } else {
    call.roots = roots(tls);
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
void ClientImpl::prepare_server_name(Call& call, Text url, Text name, Text address, bool has_host) {
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
  add_header(call, "Host", text.text());
}

// One of several addresses of the URL's host.
void ClientImpl::prepare_address(Call& call, Text url, Text address) {
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

void ClientImpl::prepare_keepalive(Call& call, const HttpRequest& request) {
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
void ClientImpl::prepare_proxy(Call& call, Text url, Text proxy, bool grpc) {
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

void ClientImpl::add_header(Call& call, Text name, Text value) {
  char* line = call.arena.array<char>(name.size() + 2 + value.size() + 1);
  char* at = line;
  auto append = [&at](Text t) {
    if (!t.empty()) memcpy(at, t.data(), t.size());
    at += t.size();
  };
  append(name);
  // A semicolon makes curl send a header without a value; a colon alone would take the header away.
  append(value.empty() ? Text(";") : Text(": "));
  append(value);
  *at = 0;
  add_line(call, line);
}

// curl only reads the list, which lives as long as the call.
void ClientImpl::add_line(Call& call, char* line) {
  auto* made = call.arena.make<curl_slist>(line, nullptr);
  (call.headers ? call.last_header->next : call.headers) = made;
  call.last_header = made;
}

bool ClientImpl::prepare(Call& call, HttpRequest& request) {
  CURL* easy = call.easy;
  const Text url = call.arena.copy(request.url);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &call);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call.error);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_URL, url.data());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  // Only what asks is sent elsewhere. What delivers is not: after 301, 302 and 303 it would become a GET, whose 200
  // says nothing of what was to be delivered, and a signature does not count for another host.
  const bool asks = request.method == "GET" || request.method == "HEAD";
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, asks && request.follow_redirects ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
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
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
  if (request.timeout_ns > 0) {
    const int64_t milliseconds = (request.timeout_ns + 999'999) / 1'000'000;
    const long most = milliseconds < INT32_MAX ? static_cast<long>(milliseconds) : INT32_MAX;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, most);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, most);
    if (request.timeout_ns < kNeverOverdue) call.overdue.in(request.timeout_ns + kOverdue);
  }
  bool has_type = false, has_host = false;
  for (const HttpHeader& h : request.headers) {
    has_type |= equal_ignoring_case(h.name, "content-type");
    has_host |= equal_ignoring_case(h.name, "host");
    add_header(call, h.name, h.value);
  }
  if (request.method == "GET") {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
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
    if (request.method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.arena.copy(request.method).data());
    add_line(call, const_cast<char*>("Expect:"));  // nobody waits for 100 Continue
    if (!has_type) add_line(call, const_cast<char*>("Content-Type:"));
  }
  if (request.proxy.empty() && !request.environment_proxy) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  else prepare_proxy(call, url, request.proxy, request.grpc);
  prepare_keepalive(call, request);
  if (url.starts_with("https:")) prepare_tls(call, request.tls);
  if (!request.unix_socket.empty())
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call.arena.copy(request.unix_socket).data());
  if (request.tls && !request.tls->server_name_override.empty() && url.starts_with("https:"))
    prepare_server_name(call, url, request.tls->server_name_override, request.address, has_host);
  else if (!request.address.empty()) prepare_address(call, url, request.address);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call.headers);
  return !call.roots || call.roots->ok;
}

void ClientImpl::begin(HttpRequest&& request, HttpDone done, void* context) {
  auto* call = new Call(*this);
  call->pool = &pool_of(request);
  call->done = done;
  call->context = context;
  call->most_body = request.most_body;
  call->body = static_cast<Writer&&>(request.body);
  call->slices.swap(request.slices);
  if (handles.empty()) {
    call->easy = curl_easy_init();
    CHECK(call->easy != nullptr);
  } else {
    call->easy = handles.back();
    handles.pop_back();
  }
  call->next = calls;
  if (calls) calls->previous = call;
  calls = call;
  if (!prepare(*call, request)) {
    call->failed = CURLE_SSL_CACERT_BADFILE;
  } else if (curl_multi_add_handle(call->pool->multi, call->easy) != CURLM_OK) {
    call->failed = CURLE_FAILED_INIT;
  }
  if (call->failed != CURLE_OK) failures.post();
}

HttpClient::HttpClient(Runtime& runtime) : impl_(new ClientImpl(*this, runtime)) {}

HttpClient::~HttpClient() {
  delete impl_;
}

void HttpClient::send(HttpRequest&& request, HttpDone done, void* context) {
  ++in_flight_;
  impl_->begin(static_cast<HttpRequest&&>(request), done, context);
}

}  // namespace whittle
