// SPDX-License-Identifier: Apache-2.0
// What a server hands to whoever answers: one request, whichever version of HTTP it came by, and its answer.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/peer.h"
#include "runtime/base/writer.h"
#include "runtime/http/body.h"
#include "runtime/http/header.h"

#include <vector>

namespace whittle {

struct ServerRequest {
  Text method;
  Text path;  // without the query
  Text query;
  Text authority;                   // the Host header or :authority
  std::vector<HttpHeader> headers;  // names in lower case
  bool http2 = false;
  const PeerAddress* peer = nullptr;  // the connection's
  int64_t arrived = 0;                // when the head was complete, monotonic
  uint64_t length = 0;                // what Content-Length says, 0 without one
  Body body;
  Arena arena;  // lives until the answer has been sent

  // The first value of a header, empty when there is none. `name` in lower case.
  Text header(Text name) const {
    for (const HttpHeader& h : headers)
      if (h.name == name) return h.value;
    return {};
  }
  bool has_header(Text name) const {
    for (const HttpHeader& h : headers)
      if (h.name == name) return true;
    return false;
  }
  void clear() {
    method = path = query = authority = {};
    headers.clear();
    http2 = false;
    peer = nullptr;
    length = 0;
    body.clear();
    arena.reset();
  }
};

// For an answer that comes later: whoever answers keeps one of these as long as that takes, and ends it before itself.
// What a reply refers to must live until done().
class Later {
public:
  Later() = default;
  // `left` is called when nobody waits for the answer any more; it may delete this.
  using Left = void (*)(void* context);
  Later(Left left, void* context) : left_(left), context_(context) {}
  ~Later() { leave(); }
  Later(const Later&) = delete;

  // Null when nobody waits for the answer any more.
  struct ServerReply* reply() const { return reply_; }
  // Sends the reply.
  void done() {
    if (!reply_) return;
    leave();
    send_(session_, stream_);
  }
  // Nobody is going to answer.
  void leave() {
    if (reply_) *back_ = nullptr, reply_ = nullptr;
  }

  // For sessions: `send(session, stream)` is called by done(), and `*back` is null once there is no Later any more.
  // gone(): nobody waits for the answer any more.
  void wait(ServerReply& reply, Later** back, void (*send)(void* session, void* stream), void* session, void* stream) {
    reply_ = &reply, back_ = back, send_ = send, session_ = session, stream_ = stream;
  }
  void gone() {
    reply_ = nullptr;
    if (left_) left_(context_);
  }

private:
  ServerReply* reply_ = nullptr;
  Later** back_ = nullptr;
  void (*send_)(void*, void*) = nullptr;
  void *session_ = nullptr, *stream_ = nullptr;
  Left left_ = nullptr;
  void* context_ = nullptr;
};

// Texts are literals or live in the request's arena.
struct ServerReply {
  int status = 200;
  std::vector<HttpHeader> headers;   // names in lower case; Date and Content-Length are the server's
  std::vector<HttpHeader> trailers;  // HTTP/2 only
  Writer body;
  Later* later = nullptr;  // set by whole(): this is not the answer yet

  void header(Text name, Text value) { headers.push_back({name, value}); }
  void clear() {
    status = 200;
    headers.clear();
    trailers.clear();
    body.clear();
    later = nullptr;
  }
};

// Answers requests. The functions are called from the loop and answer at once, but for whole(), which may name a
// `later`.
struct ServerHandler {
  void* self = nullptr;
  // The head is there. True: take the body in, after setting its limit with request.body.expect or expect_grpc. False:
  // `reply` is the answer, whatever body follows is dropped.
  bool (*head)(void* self, ServerRequest& request, ServerReply& reply) = nullptr;
  // The whole request is there.
  void (*whole)(void* self, ServerRequest& request, ServerReply& reply) = nullptr;
  // The body is larger than the limit.
  void (*too_large)(void* self, ServerRequest& request, ServerReply& reply) = nullptr;
};

}  // namespace whittle
