// SPDX-License-Identifier: Apache-2.0
// IP addresses as texts, as Go's net.ParseIP and net.ParseCIDR read them.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>

namespace whittle::ottl {

struct Address {
  uint8_t bytes[16];
  uint8_t size = 0;  // 4 or 16; an IPv4 address within IPv6 is one of 4
  Bytes view() const { return {bytes, size}; }
};
bool parse_address(Text t, Address& out);

struct Network {
  Address address;
  uint8_t prefix = 0;  // how many bits
  bool contains(const Address& a) const;
};
bool parse_network(Text t, Network& out);

}  // namespace whittle::ottl
