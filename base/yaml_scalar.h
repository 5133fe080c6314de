// SPDX-License-Identifier: Apache-2.0
// What plain scalars of YAML mean: null, booleans, numbers, dates, texts, as the YAML library of the Collector decides.
#pragma once

#include <stdint.h>
#include <string_view>

namespace whittle {

struct YamlScalar {
  enum class Kind : uint8_t { Null, Bool, Int, Float, Date, String };
  Kind kind = Kind::Null;
  bool boolean = false;
  bool too_large = false;  // Int: beyond int64_t; `real` is near it
  int64_t integer = 0;
  double real = 0;  // Int; Float: only where `special`
  // Float: a number that is not written in digits (.inf, .nan). Otherwise what the digits come to is the caller's to
  // find, who has a library for it: they are those of the text, with the underscores left out.
  bool special = false;
};

YamlScalar resolve_yaml_scalar(std::string_view text);

}  // namespace whittle
