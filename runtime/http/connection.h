// SPDX-License-Identifier: Apache-2.0
// One accepted connection: reads and writes the transport, finds out which protocol is spoken and lets that session do
// the rest.
#pragma once

#include "runtime/http/server.h"

namespace whittle {

// What Http1Session and Http2Session have in common.
class Session {
public:
  virtual ~Session() = default;
  // Where the next bytes are to be read to, when it is not the loop's scratch: straight into a body.
  virtual Body::Room direct() { return {nullptr, 0}; }
  virtual void took_direct(size_t) {}
  // Bytes that arrived. Sets the connection's fate by its finish() and abort().
  virtual void take(Bytes in) = 0;
  // Writes what is ready to be sent into the connection's output while that is short.
  virtual void produce() {}
  // The output has been sent.
  virtual void sent() {}
  // The peer has ended its side.
  virtual void peer_ended() = 0;
  // The server drains: end as soon as what has begun is answered.
  virtual void drain() = 0;
  // The connection's deadline has passed.
  virtual void deadline() = 0;
};

class Connection {
public:
  Connection(HttpServer& server, int fd, void* tls);
  ~Connection();
  Connection(const Connection&) = delete;

  HttpServer& server() { return server_; }
  Writer& output() { return out_; }
  size_t unsent() const { return out_.size() - out_sent_; }
  Timer& deadline() { return deadline_; }
  const PeerAddress& peer() const { return peer_; }

  // Close when all output has been sent. `linger`: the peer may still be sending what nobody reads; closing at once
  // would make its kernel drop the answer.
  void finish(bool linger = false);
  // Close at once.
  void abort() { dead_ = true; }
  bool finishing() const { return finishing_ || dead_; }
  void drain();
  // After work outside of an event of the socket (a timer): sends, and frees the connection if that was its end.
  void settle();

  static constexpr size_t kMuchOutput = 64 * 1024;

private:
  friend class HttpServer;
  void ready(uint32_t events);
  void read_some();
  bool must_wait();
  void received(Bytes in);
  void choose_protocol(Bytes in);
  void flush();
  void watch_for();

  HttpServer& server_;
  const PeerAddress peer_;
  Transport transport_;
  Watch watch_;
  Timer deadline_;
  Task again_;
  Timer pause_;
  Session* session_ = nullptr;
  Writer out_;
  size_t out_sent_ = 0;
  uint8_t preface_[24];
  uint8_t preface_size_ = 0;
  bool finishing_ = false;
  bool linger_ = false;
  bool lingering_ = false;
  bool dead_ = false;
  Connection* next_ = nullptr;
  Connection* previous_ = nullptr;
};

Session* make_http1_session(Connection& connection);
Session* make_http2_session(Connection& connection);

}  // namespace whittle
