// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/peer.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle {
namespace {

// What a listener on that loopback address says of a client.
PeerAddress seen(bool v6, const in6_addr& address) {
  const int family = v6 ? AF_INET6 : AF_INET;
  const int listener = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6, six.sin6_addr = address;
  sockaddr_in four{};
  four.sin_family = AF_INET, four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* at = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  socklen_t size = v6 ? sizeof six : sizeof four;
  PeerAddress out;
  if (bind(listener, at, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, at, &size) == 0 &&
      connect(client, at, size) == 0) {
    const int accepted = accept(listener, nullptr, nullptr);
    out = peer_address(accepted);
    close(accepted);
  }
  close(client);
  close(listener);
  return out;
}

TEST(Peer, Addresses) {
  const PeerAddress four = seen(false, {});
  EXPECT_EQ(four.size, 4);
  EXPECT_EQ(four.bytes[0], 127);
  EXPECT_NE(four.port, 0);
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xFF, mapped.s6_addr[12] = 127, mapped.s6_addr[15] = 1;
  if (const PeerAddress within = seen(true, mapped); within.size != 0) {
    EXPECT_EQ(within.size, 4);
    EXPECT_EQ(within.bytes[0], 127);
    EXPECT_EQ(within.bytes[3], 1);
  }
  if (const PeerAddress six = seen(true, in6addr_loopback); six.size != 0) {
    EXPECT_EQ(six.size, 16);
    EXPECT_EQ(six.bytes[15], 1);
  }
}

TEST(Peer, NobodyOnUnixSockets) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  EXPECT_EQ(peer_address(pair[0]).size, 0);
  close(pair[0]);
  close(pair[1]);
  EXPECT_EQ(peer_address(-1).size, 0);
}

}  // namespace
}  // namespace whittle
