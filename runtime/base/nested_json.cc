// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/nested_json.h"

namespace whittle {

size_t nested_size(Text nested) {
  size_t n = 0;
  for (size_t i = 0; i < nested.size(); ++i, ++n)
    if (nested[i] == '\\') ++i;
  return n;
}

void NestedJson::real(double v) {
  if (v != v) put<"'NaN'">();
  else if (v - v != 0) v > 0 ? put<"'Infinity'">() : put<"'-Infinity'">();
  else append_double(out, v);
}

}  // namespace whittle
