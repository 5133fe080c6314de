// SPDX-License-Identifier: Apache-2.0
// CommunityID: a hash of a flow's two ends, the same in both directions.
#include "runtime/base/json.h"
#include "runtime/ottl/address.h"
#include "runtime/ottl/sequence.h"

#include <mbedtls/sha1.h>

namespace whittle::ottl {

namespace {

struct End {
  Address address;
  uint16_t port;
};

bool end_of(Run& run, const Value& address, const Value& port, End& out) {
  Text t;
  int64_t n;
  if (!want_text(run, address, t) || !want_int(run, port, n)) return false;
  if (n < 0 || n > 65535) return run.fail("the port is not one of 0 to 65535");
  if (!parse_address(t, out.address)) return run.fail("the text is no IP address");
  out.port = static_cast<uint16_t>(n);
  return true;
}

// Numbers of protocols, as IANA assigns them.
struct Protocol {
  Text name;
  uint8_t number;
};
constexpr Protocol kProtocols[] = {{"ICMP", 1}, {"TCP", 6}, {"UDP", 17}, {"RSVP", 46}, {"ICMP6", 58}, {"SCTP", 132}};

bool in_order(const End& a, const End& b) {
  if (a.address.size != b.address.size) return a.address.size < b.address.size;
  const Text x = as_text(a.address.view()), y = as_text(b.address.view());
  return x != y ? x < y : a.port <= b.port;
}

}  // namespace

// Community ID flow hashing, version 1 (github.com/corelight/community-id-spec).
extern "C" bool rt_ottl_CommunityID(Run* run, const Value* args, Value* out) {
  End from, to;
  if (!end_of(*run, args[0], args[1], from) || !end_of(*run, args[2], args[3], to)) return false;
  uint8_t protocol = 6;
  int64_t seed = 0;
  if (given(args[4])) {
    Text name;
    if (!want_text(*run, args[4], name)) return false;
    protocol = 0;
    for (const Protocol& p : kProtocols)
      if (p.name == name) protocol = p.number;
    if (protocol == 0) return run->fail("there is no such protocol");
  }
  if (given(args[5])) {
    if (!want_int(*run, args[5], seed)) return false;
    if (seed < 0 || seed > 65535) return run->fail("the seed is not one of 0 to 65535");
  }
  const bool swap = !in_order(from, to);
  const End &a = swap ? to : from, &b = swap ? from : to;
  Writer flow;
  auto two = [&](int64_t n) { flow.byte(static_cast<uint8_t>(n >> 8)), flow.byte(static_cast<uint8_t>(n)); };
  two(seed);
  flow.append(a.address.view());
  flow.append(b.address.view());
  flow.byte(protocol), flow.byte(0);
  two(a.port), two(b.port);
  uint8_t digest[20];
  if (mbedtls_sha1(flow.data(), flow.size(), digest) != 0) return run->fail("hashing failed");
  Writer w;
  w.append(Text("1:"));
  append_base64(w, {digest, sizeof digest});
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
