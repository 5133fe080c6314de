// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a socket; an IPv4 address within IPv6 counts as the one that it is.
#include "runtime/base/peer.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

namespace whittle {

PeerAddress peer_address(int fd) {
  PeerAddress out;
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&from), &size) != 0) return out;
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    out.size = 4;
    out.port = ntohs(v4.sin_port);
    memcpy(out.bytes, &v4.sin_addr, 4);
  } else if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    out.size = mapped ? 4 : 16;
    out.port = ntohs(v6.sin6_port);
    memcpy(out.bytes, v6.sin6_addr.s6_addr + (mapped ? 12 : 0), out.size);
  }
  return out;
}

}  // namespace whittle
