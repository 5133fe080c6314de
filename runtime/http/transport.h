// SPDX-License-Identifier: Apache-2.0
// The bytes of an accepted connection: a socket, with TLS on it or without.
//
// TLS for servers is reached through the weak symbol `rt_tls_server`, so that a collector none of whose receivers
// speaks TLS links none of it. The compiler refers to the symbol when a receiver's config has `tls`.
#pragma once

#include "runtime/abi.h"
#include "runtime/base/bytes.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

namespace whittle {

struct Runtime;
namespace config {
struct TlsServer;
}

// What a server's TLS is made of. Borrowed from the config.
struct TlsServerOptions {
  const config::TlsServer* config = nullptr;
  bool http1 = true;  // whether ALPN offers http/1.1 beside h2
};

// What Transport calls of TLS. A session's functions return as Transport::read and write do.
struct TlsServerOps {
  // Null, with the reason logged, when certificates or keys cannot be read.
  void* (*create)(Runtime& runtime, const TlsServerOptions& options, Text component);
  void (*destroy)(void* server);
  void* (*accept)(void* server, int fd);
  ptrdiff_t (*read)(void* session, uint8_t* to, size_t size);
  ptrdiff_t (*write)(void* session, Bytes from);
  bool (*handshaken)(void* session);
  bool (*wants_write)(void* session);  // waits for the socket to take bytes, even when it was asked to read
  Text (*alpn)(void* session);         // empty when none was agreed on
  void (*close)(void* session);        // sends close_notify if it can, and frees
};

extern "C" __attribute__((weak, visibility("default"))) const TlsServerOps rt_tls_server;

class Transport {
public:
  enum : ptrdiff_t { kEnd = 0, kWouldBlock = -1, kFailed = -2 };

  Transport() = default;
  ~Transport() { close(); }
  Transport(const Transport&) = delete;

  // Takes the socket over. `tls_server`: what rt_tls_server.create made, or null.
  void open(int fd, void* tls_server);
  // Bytes read (more than 0), kEnd, kWouldBlock or kFailed.
  ptrdiff_t read(uint8_t* to, size_t size);
  // Bytes taken (at least 1 of a non-empty list), kWouldBlock or kFailed.
  ptrdiff_t write(const iovec* parts, int count);
  // No more writing; what has been written still arrives.
  void shut_writing();
  void close();

  int fd() const { return fd_; }
  bool encrypted() const { return session_ != nullptr; }
  bool handshaken() const { return !session_ || rt_tls_server.handshaken(session_); }
  bool wants_write() const { return session_ && rt_tls_server.wants_write(session_); }
  Text alpn() const { return session_ ? rt_tls_server.alpn(session_) : Text(); }

private:
  int fd_ = -1;
  void* session_ = nullptr;
};

}  // namespace whittle
