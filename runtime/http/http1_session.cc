// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on a connection: one request after the other, answered in their order.
//
// A body with a length is read from the socket straight into its buffer; a chunked one is put together from what
// arrives. The loop's scratch memory holds heads, which are copied only when they come in pieces or are complete.
#include "runtime/http/connection.h"
#include "runtime/http/http1.h"

#include <stdio.h>
#include <string.h>

namespace whittle {

// What a client may still send of a body that nobody wants before its connection is given up.
static constexpr uint64_t kMostDropped = 256 * 1024;
// What a client may send behind a request that has not been answered.
static constexpr size_t kMostBehind = 256 * 1024;

static Text reason_phrase(int status) {
  switch (status) {
  case 200: return "OK";
  case 204: return "No Content";
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 408: return "Request Timeout";
  case 413: return "Content Too Large";
  case 415: return "Unsupported Media Type";
  case 417: return "Expectation Failed";
  case 429: return "Too Many Requests";
  case 431: return "Request Header Fields Too Large";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 502: return "Bad Gateway";
  case 503: return "Service Unavailable";
  case 505: return "HTTP Version Not Supported";
  default: return "Status";
  }
}

namespace {

class Http1Session : public Session {
public:
  explicit Http1Session(Connection& connection) : connection_(connection) {}
  ~Http1Session() override {
    if (reply_.later) reply_.later->gone();
  }

  Body::Room direct() override {
    if (state_ != State::Body || chunked_ || dropping_ || left_ == 0) return {nullptr, 0};
    return request_.body.room(left_ < SIZE_MAX ? static_cast<size_t>(left_) : SIZE_MAX);
  }

  void took_direct(size_t n) override {
    request_.body.advance(n);
    left_ -= n;
    if (left_ == 0) whole();
  }

  void take(Bytes in) override {
    while (!in.empty() && !connection_.finishing()) {
      switch (state_) {
      case State::Head: in = in.subspan(take_head(in)); break;
      case State::Body: in = in.subspan(take_body(in)); break;
      case State::Waiting:
        if (behind_.size() + in.size() > kMostBehind) return connection_.abort();
        behind_.append(in);
        return;
      }
    }
  }

  void peer_ended() override {
    // In the middle of a request: nobody waits for an answer to half of one.
    if (!partial_.empty() || state_ != State::Head) connection_.abort();
  }

  void drain() override {
    if (state_ == State::Head && partial_.empty()) connection_.finish();
  }

  void deadline() override { connection_.abort(); }

  void sent() override {
    if (state_ != State::Head || !partial_.empty() || connection_.finishing()) return;
    const ServerOptions& o = options();
    const int64_t idle = o.idle_timeout ? o.idle_timeout : o.read_timeout;
    if (answered_any_ && !waiting_) {
      waiting_ = true;
      if (idle) connection_.deadline().in(idle);
      else connection_.deadline().cancel();
    }
  }

private:
  enum class State : uint8_t { Head, Body, Waiting };

  const ServerOptions& options() { return connection_.server().options(); }

  size_t take_head(Bytes in) {
    if (waiting_) {  // for the first head the deadline is that of the connection
      waiting_ = false;
      const int64_t timeout = options().read_header_timeout ? options().read_header_timeout : options().read_timeout;
      if (timeout) connection_.deadline().in(timeout);
      else connection_.deadline().cancel();
    }
    const size_t before = partial_.size();
    if (before > 0) partial_.append(in);
    const Text text = before > 0 ? partial_.text() : as_text(in);
    const auto end = find_http1_head(text, before);
    if (!end) {
      if (end.error().code == Errc::Truncated) {
        if (before == 0) partial_.append(in);
      } else {
        refuse(end.error().code == Errc::TooLarge ? 431 : 400);
      }
      return in.size();
    }
    char* head = request_.arena.array<char>(*end);
    memcpy(head, text.data(), *end);
    partial_.clear();
    begin(head, *end);
    return *end - before;
  }

  void begin(char* data, size_t size) {
    Http1Head head;
    head.headers.swap(request_.headers);
    head.headers.clear();
    const int status = parse_http1_head(data, size, head);
    head.headers.swap(request_.headers);
    http10_ = head.http10;
    keep_alive_ = head.keep_alive && options().keep_alives && !connection_.server().draining();
    is_head_ = head.method == "HEAD";
    if (status) return refuse(status);
    request_.method = head.method;
    request_.path = head.path;
    request_.query = head.query;
    request_.authority = head.host;
    request_.length = head.length;
    request_.arrived = connection_.server().loop().now();
    request_.peer = &connection_.peer();
    chunked_ = head.chunked;
    left_ = head.length;
    dropping_ = false;
    dropped_ = 0;
    decoder_ = ChunkedDecoder();
    const bool has_body = head.chunked || head.length > 0;

    const ServerHandler& handler = connection_.server().handler();
    bool wanted = handler.head(handler.self, request_, reply_);
    if (wanted && head.length > request_.body.limit()) {
      handler.too_large(handler.self, request_, reply_);
      wanted = false;
    }
    if (!wanted) {
      // The client of `Expect` sends its body or not, nobody can tell: the connection is over.
      if (has_body && (head.expects_continue || (!chunked_ && left_ > kMostDropped))) keep_alive_ = false;
      answer(has_body);
      if (connection_.finishing()) return;
      if (!has_body) return next();
      dropping_ = true;
      state_ = State::Body;
      return;
    }
    if (!has_body) return whole();
    state_ = State::Body;
    if (options().read_timeout) connection_.deadline().in(options().read_timeout);
    else connection_.deadline().cancel();
    if (head.expects_continue) connection_.output().append(Text("HTTP/1.1 100 Continue\r\n\r\n"));
  }

  size_t take_body(Bytes in) {
    if (!chunked_) {
      const size_t n = in.size() < left_ ? in.size() : static_cast<size_t>(left_);
      if (!dropping_ && !request_.body.append(in.first(n))) {
        too_large();
        return in.size();
      }
      left_ -= n;
      if (left_ == 0) dropping_ ? next() : whole();
      return n;
    }
    const ChunkedDecoder::Step step = decoder_.next(in);
    switch (step.status) {
    case ChunkedDecoder::Status::NeedMore: return in.size();
    case ChunkedDecoder::Status::Bad:
      if (dropping_) connection_.finish(true);
      else refuse(400);
      return in.size();
    case ChunkedDecoder::Status::Data:
      if (dropping_) {
        dropped_ += step.data.size();
        if (dropped_ > kMostDropped) connection_.finish(true);
      } else if (!request_.body.append(step.data)) {
        too_large();
        return in.size();
      }
      return step.consumed;
    case ChunkedDecoder::Status::Done: dropping_ ? next() : whole(); return step.consumed;
    }
    return in.size();
  }

  void too_large() {
    const ServerHandler& handler = connection_.server().handler();
    if (request_.body.busy()) connection_.server().no_memory();
    handler.too_large(handler.self, request_, reply_);
    keep_alive_ = false;
    answer(true);
  }

  void whole() {
    const ServerHandler& handler = connection_.server().handler();
    handler.whole(handler.self, request_, reply_);
    if (reply_.later) {
      state_ = State::Waiting;
      connection_.deadline().cancel();
      reply_.later->wait(reply_, &reply_.later, answered_later, this, nullptr);
      return;
    }
    answer(false);
    next();
  }

  static void answered_later(void* self, void*) {
    auto& s = *static_cast<Http1Session*>(self);
    s.answer(false);
    s.next();
    Writer behind;
    behind.swap(s.behind_);
    if (!behind.empty()) s.take(behind.bytes());
    s.connection_.settle();
  }

  // A request that is not one.
  void refuse(int status) {
    keep_alive_ = false;
    reply_.clear();
    reply_.status = status;
    reply_.header("content-type", "text/plain; charset=utf-8");
    char text[64];
    const int n = snprintf(text, sizeof text, "%d %s", status, reason_phrase(status).data());
    reply_.body.append(Text(text, static_cast<size_t>(n)));
    answer(true);
  }

  void next() {
    state_ = State::Head;
    request_.clear();
  }

  // `more`: the peer may still be sending.
  void answer(bool more) {
    Writer& out = connection_.output();
    char line[96];
    if (connection_.server().draining()) keep_alive_ = false;
    int n = snprintf(line, sizeof line, "HTTP/1.1 %d ", reply_.status);
    out.append(Text(line, static_cast<size_t>(n)));
    out.append(reason_phrase(reply_.status));
    out.append(Text("\r\n"));
    for (const HttpHeader& h : reply_.headers) {
      // Names go out as they are mostly written: Content-Type.
      bool upper = true;
      for (char c : h.name) {
        out.byte(static_cast<uint8_t>(upper && c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c));
        upper = c == '-';
      }
      out.append(Text(": "));
      out.append(h.value);
      out.append(Text("\r\n"));
    }
    out.append(Text("Date: "));
    out.append(connection_.server().date());
    if (reply_.status != 204) {
      n = snprintf(line, sizeof line, "\r\nContent-Length: %zu", reply_.body.size());
      out.append(Text(line, static_cast<size_t>(n)));
    }
    if (!keep_alive_) out.append(Text("\r\nConnection: close"));
    else if (http10_) out.append(Text("\r\nConnection: keep-alive"));
    out.append(Text("\r\n\r\n"));
    if (!is_head_) out.append(reply_.body.bytes());
    reply_.clear();
    answered_any_ = true;
    waiting_ = false;
    if (options().write_timeout) connection_.deadline().in(options().write_timeout);
    if (!keep_alive_) connection_.finish(more);
  }

  Connection& connection_;
  ServerRequest request_;
  ServerReply reply_;
  Writer partial_;  // a head that has not come to its end
  Writer behind_;   // what came while an answer is not there yet
  ChunkedDecoder decoder_;
  State state_ = State::Head;
  bool chunked_ = false;
  bool dropping_ = false;
  bool keep_alive_ = true;
  bool http10_ = false;
  bool is_head_ = false;
  bool answered_any_ = false;
  bool waiting_ = false;  // for the next request, with the idle deadline set
  uint64_t left_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace

Session* make_http1_session(Connection& connection) {
  return new Http1Session(connection);
}

}  // namespace whittle
