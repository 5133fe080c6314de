// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_FNV(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  // FNV-1a, 64 bits.
  uint64_t h = 14695981039346656037u;
  for (char c : t) h = (h ^ static_cast<uint8_t>(c)) * 1099511628211u;
  *out = integer(static_cast<int64_t>(h));
  return true;
}

}  // namespace whittle::ottl
