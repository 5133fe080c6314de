// SPDX-License-Identifier: Apache-2.0
#include "runtime/yaml/scalar.h"

#include "base/yaml_scalar.h"
#include "runtime/base/number.h"
#include "runtime/base/writer.h"

namespace whittle::yaml {

static Kind kind_of(YamlScalar::Kind kind) {
  switch (kind) {
  case YamlScalar::Kind::Null: return Kind::Null;
  case YamlScalar::Kind::Bool: return Kind::Bool;
  case YamlScalar::Kind::Int: return Kind::Int;
  case YamlScalar::Kind::Float: return Kind::Float;
  case YamlScalar::Kind::Date: return Kind::Date;
  case YamlScalar::Kind::String: break;
  }
  return Kind::String;
}

Scalar resolve(Text plain) {
  YamlScalar s = resolve_yaml_scalar(plain);
  Scalar out{kind_of(s.kind), s.boolean, s.too_large, s.integer, s.real};
  if (out.kind != Kind::Float || s.special) return out;
  Writer digits;
  for (char c : plain)
    if (c != '_') digits.byte(static_cast<uint8_t>(c));
  out.real = parse_double(digits.text()).value_or(plain[0] == '-' ? -__builtin_inf() : __builtin_inf());
  return out;
}

}  // namespace whittle::yaml
