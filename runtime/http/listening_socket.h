// SPDX-License-Identifier: Apache-2.0
// A listening socket: TCP or UDP over IPv4, IPv6 or both, or a Unix socket, as the Collector's confignet.AddrConfig
// says.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/loop/loop.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace whittle {

// host and port of "host:port", "[::1]:4317", ":4317". False when it is not of that form or the port is not a number.
bool split_endpoint(Text endpoint, Text& host, uint16_t& port);

class ListeningSocket {
public:
  // `accepted` owns the new socket, which is non-blocking.
  using Accepted = void (*)(void* self, int fd);
  ListeningSocket(Runtime& runtime, Accepted accepted, void* self);
  ~ListeningSocket() { close(); }

  // Listens on `endpoint`; `transport` is tcp, tcp4, tcp6 or unix, or, for datagrams, udp, udp4, udp6 or unixgram:
  // then nothing is accepted, and whoever opened it reads from fd(). Returns false with the reason logged.
  bool open(Text endpoint, Text transport, Text component);
  void close();
  // Of an open socket; it stays this object's.
  int fd() const { return fd_; }
  // The port in use, which the system chose when the config says 0. 0 for Unix sockets.
  uint16_t port() const { return port_; }

private:
  bool open_tcp(Text endpoint, Text transport);
  bool open_unix(Text path);
  bool bind_and_listen(const sockaddr* address, socklen_t size, bool both = false);
  void accept_all();
  bool refuse(const char* message, Text endpoint, int error);

  Runtime& runtime_;
  Accepted accepted_;
  void* self_;
  Watch watch_;
  Timer resume_;
  Text component_;
  int fd_ = -1;
  int most_descriptors_ = 0;
  int type_ = 0;  // SOCK_STREAM or SOCK_DGRAM
  uint16_t port_ = 0;
  char unlink_[sizeof(sockaddr_un::sun_path)] = {};  // path of the Unix socket, removed on close
};

}  // namespace whittle
