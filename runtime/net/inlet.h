// SPDX-License-Identifier: Apache-2.0
// Where bytes of protocols arrive that are neither HTTP nor gRPC: datagrams and streams, over the network and Unix
// sockets. A replay has the same functions, and what arrives there is in its lines.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"

namespace whittle {

// Who sends. Of a stream it lives as long as the connection, of datagrams as long as the call.
struct Peer {
  Text address;           // "127.0.0.1:4242"; of a Unix socket the path that was listened on
  Writer rest;            // for whoever takes in a stream: what it has read and cannot use yet
  void* state = nullptr;  // for the same: more of its own

  // The inlet's own.
  void* connection = nullptr;
  const void* from = nullptr;
  uint32_t from_size = 0;
};

struct InletSettings {
  Text component;            // "statsd/2"
  Text name;                 // which one of a component's inlets this is; may be empty
  Text endpoint;             // "host:port" or a path
  Text transport;            // udp, udp4, udp6, unixgram, tcp, tcp4, tcp6, unix
  uint32_t permissions = 0;  // of a Unix socket's file; 0: as they are
  int64_t buffer = 0;        // of a datagram socket, in bytes; 0: as it is
  // Of a stream's connection, which `peer` is.
  void (*began)(void* self, Peer& peer) = nullptr;
  void (*ended)(void* self, Peer& peer) = nullptr;

  bool in_datagrams() const { return transport.starts_with("udp") || transport == "unixgram"; }
};

class Inlet {
public:
  // A datagram, or what a connection's socket gave at once. `content` is valid during the call. False closes the
  // connection.
  using Arrived = bool (*)(void* self, Peer& peer, Bytes content);

  Inlet(Runtime& runtime, const InletSettings& settings, Arrived arrived, void* self);
  ~Inlet();
  Inlet(const Inlet&) = delete;

  // False, with the reason logged, when it cannot listen.
  bool open();
  // Takes in what has come, and nothing more.
  void close();
  // Sends to whoever that is. False when it does not take it at once; of a stream the connection is then of no use.
  bool reply(Peer& peer, Bytes content);
  // Of a stream: reads nothing more from this connection until go_on(), so that whoever sends has to wait.
  void hold(Peer& peer);
  void go_on(Peer& peer);
  // Ends the connection; not from within `arrived`.
  void end(Peer& peer);
  // How many datagrams the system threw away because nobody took them in time, since it was asked last.
  uint64_t lost();

private:
  friend struct InletImpl;
  struct InletImpl* impl_;
};

}  // namespace whittle
