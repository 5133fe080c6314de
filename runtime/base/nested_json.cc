// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/nested_json.h"

namespace whittle {

// Every backslash of the nested form belongs to a pair, \" or \\, that stands for one byte: half of all quotes and
// backslashes.
size_t nested_size(Text quoted) {
  const Text nested = quoted.substr(1, quoted.size() - 2);
  size_t halves = 0;
  const auto* at = reinterpret_cast<const uint8_t*>(nested.data());
  for (size_t left = nested.size(); left > 0;) {
    const size_t n = left < 255 ? left : 255;
    uint8_t count = 0;  // in bytes, of which a vector holds the most
    for (size_t i = 0; i < n; ++i) count = static_cast<uint8_t>(count + (at[i] == '"' || at[i] == '\\'));
    halves += count;
    at += n;
    left -= n;
  }
  return nested.size() - halves / 2;
}

void NestedJson::real(double v) {
  if (v != v) put<"'NaN'">();
  else if (v - v != 0) v > 0 ? put<"'Infinity'">() : put<"'-Infinity'">();
  else append_double(out, v);
}

}  // namespace whittle
