// SPDX-License-Identifier: Apache-2.0
// What plain scalars of YAML mean: null, booleans, numbers, dates, texts, as the YAML library of the Collector decides.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>

namespace whittle::yaml {

enum class Kind : uint8_t { Null, Bool, Int, Float, Date, String, Sequence, Mapping };

struct Scalar {
  Kind kind = Kind::Null;
  bool boolean = false;
  bool too_large = false;  // Int: beyond int64_t; `real` is near it
  int64_t integer = 0;
  double real = 0;  // Int and Float
};

Scalar resolve(Text plain);

}  // namespace whittle::yaml
