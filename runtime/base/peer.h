// SPDX-License-Identifier: Apache-2.0
// Who sent a request: the address at the other end of its connection.
#pragma once

#include <stdint.h>

namespace whittle {

struct PeerAddress {
  uint8_t size = 0;   // of the address: 4 or 16; 0 where nothing is known, as on Unix sockets
  uint16_t port = 0;  // 0: of no interest
  uint8_t bytes[16] = {};
};

// The address of a connected socket. An IPv4 address within IPv6 is one of IPv4.
PeerAddress peer_address(int fd);

}  // namespace whittle
