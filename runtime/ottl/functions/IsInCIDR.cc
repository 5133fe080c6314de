// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/address.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_IsInCIDR(Run* run, const Value* args, Value* out) {
  Text t;
  Address address;
  if (!want_text(*run, args[0], t)) return false;
  *out = boolean(false);
  if (!parse_address(t, address)) return true;
  for (const Value& v : items_of(args[1], run->arena)) {
    Text text;
    Network network;
    if (!want_text(*run, v, text)) return false;
    if (!parse_network(text, network)) return run->fail("the text is no network in CIDR notation");
    if (!network.contains(address)) continue;
    *out = boolean(true);
    return true;
  }
  return true;
}

// Whether networks are looked at at all.
extern "C" bool rt_is_address(Run* run, const Value* args, Value* out) {
  Text t;
  Address address;
  if (!want_text(*run, args[0], t)) return false;
  *out = boolean(parse_address(t, address));
  return true;
}

}  // namespace whittle::ottl
