// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle {

void Transport::open(int fd, void* tls_server) {
  close();
  fd_ = fd;
  session_ = tls_server ? rt_tls_server.accept(tls_server, fd) : nullptr;
}

ptrdiff_t Transport::read(uint8_t* to, size_t size) {
  if (session_) return rt_tls_server.read(session_, to, size);
  for (;;) {
    const ssize_t n = recv(fd_, to, size, 0);
    if (n >= 0) return n;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? kWouldBlock : kFailed;
  }
}

ptrdiff_t Transport::write(const iovec* parts, int count) {
  if (session_) {
    while (count > 0 && parts->iov_len == 0) ++parts, --count;
    if (count == 0) return 0;
    return rt_tls_server.write(session_, {static_cast<const uint8_t*>(parts->iov_base), parts->iov_len});
  }
  for (;;) {
    msghdr message = {};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    const ssize_t n = sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (n >= 0) return n;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? kWouldBlock : kFailed;
  }
}

void Transport::shut_writing() {
  if (fd_ < 0) return;
  if (session_) {
    rt_tls_server.close(session_);
    session_ = nullptr;
  }
  shutdown(fd_, SHUT_WR);
}

void Transport::close() {
  if (session_) rt_tls_server.close(session_);
  session_ = nullptr;
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace whittle
