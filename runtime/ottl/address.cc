// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/address.h"

#include <arpa/inet.h>
#include <string.h>

namespace whittle::ottl {

bool parse_address(Text t, Address& out) {
  char room[64];
  if (t.size() >= sizeof room || t.contains('\0') || t.contains('%')) return false;
  memcpy(room, t.data(), t.size());
  room[t.size()] = 0;
  if (!t.contains(':')) {
    out.size = 4;
    return inet_pton(AF_INET, room, out.bytes) == 1;
  }
  if (inet_pton(AF_INET6, room, out.bytes) != 1) return false;
  out.size = 16;
  constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (memcmp(out.bytes, kMapped, 12) == 0) {
    memmove(out.bytes, out.bytes + 12, 4);
    out.size = 4;
  }
  return true;
}

bool parse_network(Text t, Network& out) {
  const size_t slash = t.find('/');
  if (slash == Text::npos || !parse_address(t.substr(0, slash), out.address)) return false;
  const bool short_form = !t.substr(0, slash).contains(':');
  const Text digits = t.substr(slash + 1);
  if (digits.empty() || digits.size() > 3) return false;
  int prefix = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return false;
    prefix = prefix * 10 + (c - '0');
  }
  if (prefix > (short_form ? 32 : 128)) return false;
  // An IPv4 address within IPv6: the bits in front of it do not count.
  if (!short_form && out.address.size == 4) prefix = prefix < 96 ? 0 : prefix - 96;
  out.prefix = static_cast<uint8_t>(prefix);
  return true;
}

bool Network::contains(const Address& a) const {
  if (a.size != address.size) return false;
  const size_t whole = prefix / 8;
  if (memcmp(a.bytes, address.bytes, whole) != 0) return false;
  const int rest = prefix % 8;
  return rest == 0 || ((a.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace whittle::ottl
