// SPDX-License-Identifier: Apache-2.0
// Outgoing HTTP by libcurl's multi interface on the event loop: connections are kept and reused, HTTP/2 is taken where
// TLS offers it. Here is the life of calls and of the sockets that curl opens for them; what a request asks for is in
// curl_options.cc, its body and its answer in curl_call.cc.
//
// Names are resolved by curl's threaded resolver: musl's getaddrinfo() blocks for as long as a DNS server is silent (5
// s a try), and everything the collector does shares one loop. The thread lives for one look-up, longer than a call
// that is given up meanwhile, and touches nothing of ours; addresses and `localhost` need no thread, and answers are
// cached for a minute.
#include "runtime/base/check.h"
#include "runtime/http/client.h"
#include "runtime/http/curl_call.h"
#include "runtime/http/curl_options.h"
#include "runtime/http/trusted_roots.h"
#include "runtime/loop/loop.h"

#include <curl/curl.h>
#include <errno.h>
#include <psa/crypto.h>

namespace whittle {

using curl::Call;
using curl::Pool;
using curl::TrustedRoots;

static constexpr size_t kPooledHandles = 8;
static constexpr long kIdleConnections = 32;

// Connections that count together: those of all requests without a limit, or of one exporter that has one.
struct curl::Pool {
  Pool(ClientImpl& client, Text whose, int64_t most);
  ~Pool();
  void act(curl_socket_t socket, int events);

  ClientImpl& client;
  const Text whose;  // an id in the config
  const int64_t most;
  CURLM* multi;
  Timer timer;
};

namespace {

struct Socket {
  explicit Socket(Pool& pool);
  Pool& pool;
  Watch watch;
};

}  // namespace

struct ClientImpl {
  ClientImpl(HttpClient& o, Runtime& r);
  ~ClientImpl();

  void begin(HttpRequest&& request, HttpDone done, void* context);
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
  TrustedRoots roots;
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
                                this),
      roots(r) {
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

void ClientImpl::begin(HttpRequest&& request, HttpDone done, void* context) {
  auto* call = new Call(*this, *runtime.loop, [](void* late) {
    auto& call = *static_cast<Call*>(late);
    call.client->finish(call, CURLE_OPERATION_TIMEDOUT);
  });
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
  if (!curl::set_options(*call, request, roots)) {
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
