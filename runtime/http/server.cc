// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/server.h"

#include "runtime/base/check.h"
#include "runtime/base/memory.h"
#include "runtime/base/outgoing.h"
#include "runtime/http/connection.h"

#include <stdio.h>
#include <time.h>

namespace whittle {

static constexpr Text kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
static constexpr int64_t kLinger = 2'000'000'000;
static constexpr int64_t kHandshake = 10'000'000'000;
static constexpr int kReadsPerEvent = 2;
// From this many bytes on what is held should go before more comes.
static constexpr uint64_t kCrowded = 6 << 20;
static constexpr int64_t kPause = 1'000'000, kLongestPause = 50'000'000;  // nanoseconds

HttpServer::HttpServer(Runtime& runtime, const ServerOptions& options, const ServerHandler& handler)
    : runtime_(runtime), options_(options), handler_(handler),
      socket_(runtime, [](void* self, int fd) { static_cast<HttpServer*>(self)->accepted(fd); }, this) {}

HttpServer::~HttpServer() {
  socket_.close();
  while (connections_) delete connections_;
  if (tls_) rt_tls_server.destroy(tls_);
}

bool HttpServer::start() {
  if (runtime_.offline) {
    if (&rt_replay_server) rt_replay_server(*this);
    return true;
  }
  if (options_.tls && !tls_) {
    if (!&rt_tls_server) {
      runtime_.log->error("this collector was linked without TLS for servers", {{"component", options_.component}});
      return false;
    }
    tls_ = rt_tls_server.create(runtime_, *options_.tls, options_.component);
    if (!tls_) return false;
  }
  return socket_.open(options_.endpoint, options_.transport, options_.component);
}

void HttpServer::accepted(int fd) {
  new Connection(*this, fd, tls_);
}

void HttpServer::drain() {
  if (draining_) return;
  draining_ = true;
  socket_.close();
  for (Connection* c = connections_; c;) {
    Connection* next = c->next_;
    c->drain();
    c = next;
  }
}

void HttpServer::no_memory() {
  runtime_.log->warn("the process holds as much memory as it may; senders are asked to come again",
                     {{"component", options_.component}, {"bytes", memory_held()}});
}

Text HttpServer::date() {
  const time_t now = time(nullptr);
  if (now != date_second_) {
    static constexpr char kDays[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr char kMonths[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    tm t;
    gmtime_r(&now, &t);
    snprintf(date_, sizeof date_, "%s, %02u %s %04u %02u:%02u:%02u GMT", kDays[t.tm_wday],
             static_cast<unsigned>(t.tm_mday) % 100, kMonths[t.tm_mon], static_cast<unsigned>(t.tm_year + 1900) % 10000,
             static_cast<unsigned>(t.tm_hour) % 100, static_cast<unsigned>(t.tm_min) % 100,
             static_cast<unsigned>(t.tm_sec) % 100);
    date_second_ = now;
  }
  return {date_, 29};
}

Connection::Connection(HttpServer& server, int fd, void* tls)
    : server_(server), peer_(peer_address(fd)),
      watch_(
          server.loop(), [](void* c, uint32_t events) { static_cast<Connection*>(c)->ready(events); }, this),
      deadline_(
          server.loop(),
          [](void* self) {
            auto* c = static_cast<Connection*>(self);
            if (c->session_ && !c->lingering_) c->session_->deadline();
            else c->abort();
            c->settle();
          },
          this),
      again_(
          server.loop(), [](void* c) { static_cast<Connection*>(c)->ready(EPOLLIN); }, this),
      pause_(server.loop(), [](void* c) { static_cast<Connection*>(c)->ready(EPOLLIN); }, this) {
  next_ = server.connections_;
  if (next_) next_->previous_ = this;
  server.connections_ = this;
  ++server.connection_count_;
  transport_.open(fd, tls);
  deadline_.in(tls ? kHandshake : server.options().until_first_head());
  if (!watch_.start(fd, EPOLLIN)) {
    dead_ = true;
    settle();
  }
}

Connection::~Connection() {
  delete session_;
  watch_.stop();
  transport_.close();
  (previous_ ? previous_->next_ : server_.connections_) = next_;
  if (next_) next_->previous_ = previous_;
  --server_.connection_count_;
}

void Connection::finish(bool linger) {
  finishing_ = true;
  linger_ |= linger;
}

void Connection::drain() {
  if (session_) {
    session_->drain();
  } else {
    abort();
  }
  settle();
}

void Connection::settle() {
  if (!dead_) flush();
  if (dead_) {
    delete this;
    return;
  }
  watch_for();
}

void Connection::ready(uint32_t events) {
  if (events & EPOLLOUT) flush();
  // A hang-up or an error is found by reading, and told again and again until it is.
  const bool ended = events & (EPOLLHUP | EPOLLERR);
  if (!dead_ && (ended || ((events & EPOLLIN) && !must_wait()))) read_some();
  settle();
}

// While much is held and half of it is on its way out, reading waits, so that it goes before more comes: else a
// collector that is short of processor time takes in what it then has to refuse. Not for long: that a backend does not
// take it is told to senders and not hidden from them.
bool Connection::must_wait() {
  if (pause_.pending()) return true;
  if (memory_held() < kCrowded || outgoing_bytes < kCrowded / 2) {
    server_.crowded_since_ = 0;
    return false;
  }
  const int64_t now = server_.loop().now();
  if (server_.crowded_since_ == 0) server_.crowded_since_ = now;
  if (now - server_.crowded_since_ >= kLongestPause) return false;
  pause_.in(kPause);
  return true;
}

void Connection::read_some() {
  const uint32_t limit = server_.options().read_size;
  const size_t most = limit > 0 && limit < Loop::kScratch ? limit : Loop::kScratch;
  for (int i = 0; i < kReadsPerEvent && !dead_; ++i) {
    uint8_t* scratch = server_.loop().scratch();
    Body::Room to = {scratch, most};
    const bool direct = session_ && !finishing_ && (to = session_->direct()).data != nullptr;
    if (!direct) to = {scratch, most};
    const bool was_handshaken = transport_.handshaken();
    const ptrdiff_t n = transport_.read(to.data, to.size);
    if (!was_handshaken && transport_.handshaken()) {
      deadline_.in(server_.options().until_first_head());
    }
    if (n == Transport::kWouldBlock) return;
    if (n == Transport::kFailed) {
      if (!was_handshaken)
        server_.runtime().log->info("TLS handshake failed", {{"component", server_.options().component}});
      abort();
      return;
    }
    if (n == Transport::kEnd) {
      if (session_ && !finishing_) {
        session_->peer_ended();
        // A half-closed connection stays readable; nothing more can come.
        if (!dead_) finish();
      } else {
        abort();
      }
      return;
    }
    if (direct) session_->took_direct(static_cast<size_t>(n));
    else received({to.data, static_cast<size_t>(n)});
    if (dead_) return;
    if (unsent() > kMuchOutput) return;
    if (static_cast<size_t>(n) < to.size && !transport_.encrypted()) return;
  }
  // TLS may hold bytes that the socket no longer has, for which epoll would not wake.
  if (transport_.encrypted()) again_.post();
}

void Connection::received(Bytes in) {
  if (finishing_) return;  // dropped
  if (!session_) {
    choose_protocol(in);
    return;
  }
  session_->take(in);
}

void Connection::choose_protocol(Bytes in) {
  const Text alpn = transport_.alpn();
  const bool grpc = server_.options().grpc;
  if (!alpn.empty()) {
    session_ = alpn == "h2" ? make_http2_session(*this) : make_http1_session(*this);
    session_->take(in);
    return;
  }
  size_t n = 0;
  while (preface_size_ < kPreface.size() && n < in.size() && in[n] == static_cast<uint8_t>(kPreface[preface_size_]))
    preface_[preface_size_++] = in[n++];
  if (preface_size_ < kPreface.size() && n == in.size()) return;  // it may become one
  const bool http2 = preface_size_ == kPreface.size();
  if (!http2 && grpc) {
    server_.runtime().log->warn("a client does not speak HTTP/2 on a gRPC port",
                                {{"component", server_.options().component}, {"endpoint", server_.options().endpoint}});
    // Whoever speaks HTTP/1 here has the wrong port, and can be told.
    if (as_text(in).find(" HTTP/1.") != Text::npos)
      out_.append(
          Text("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 30\r\nConnection: close\r\n\r\n"
               "this port speaks gRPC (HTTP/2)"));
    finish(out_.size() > 0);
    return;
  }
  session_ = http2 ? make_http2_session(*this) : make_http1_session(*this);
  session_->take({preface_, preface_size_});
  if (!finishing() && n < in.size()) session_->take(in.subspan(n));
}

void Connection::flush() {
  for (;;) {
    if (session_ && !dead_ && unsent() < kMuchOutput) session_->produce();
    if (unsent() == 0) break;
    const iovec part = {out_.data() + out_sent_, unsent()};
    const ptrdiff_t n = transport_.write(&part, 1);
    if (n == Transport::kWouldBlock) return;
    if (n < 0) {
      abort();
      return;
    }
    out_sent_ += static_cast<size_t>(n);
    if (unsent() > 0) continue;
    if (out_.size() > kMuchOutput) Writer().swap(out_);
    out_.clear();
    out_sent_ = 0;
  }
  if (session_ && !dead_) session_->sent();
  if (!finishing_ || lingering_ || dead_) return;
  if (!linger_) {
    abort();
    return;
  }
  lingering_ = true;
  transport_.shut_writing();
  deadline_.in(kLinger);
}

void Connection::watch_for() {
  if (watch_.fd() < 0) return;
  uint32_t events = 0;
  if (unsent() > 0 || transport_.wants_write()) events |= EPOLLOUT;
  if (unsent() <= kMuchOutput && !(finishing_ && !linger_) && !pause_.pending()) events |= EPOLLIN;
  watch_.wait_for(events);
}

}  // namespace whittle
