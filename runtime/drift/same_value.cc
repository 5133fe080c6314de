// SPDX-License-Identifier: Apache-2.0
#include "runtime/drift/same_value.h"

#include "runtime/base/duration.h"
#include "runtime/base/number.h"

namespace whittle::drift {
namespace {

using yaml::Kind;
using yaml::Node;
using yaml::Scalar;

bool is_number(const Scalar& s) {
  return s.kind == Kind::Int || s.kind == Kind::Float;
}

int64_t as_integer(const Scalar& s) {
  if (s.kind == Kind::Int) return s.integer;
  return s.real > -9.2e18 && s.real < 9.2e18 ? static_cast<int64_t>(s.real) : 0;
}

bool same_real(double a, double b) {
  return a == b || (a != a && b != b);
}

bool same_int(Text compiled, const Scalar& given) {
  Scalar c = yaml::resolve(compiled);
  if (c.kind != Kind::Int) return false;
  if (given.kind == Kind::Null) return c.integer == 0;
  return is_number(given) && !given.too_large && as_integer(given) == c.integer;
}

bool same_double(Text compiled, const Scalar& given) {
  Scalar c = yaml::resolve(compiled);
  return given.kind == Kind::Null ? c.real == 0 : is_number(given) && same_real(given.real, c.real);
}

bool same_duration(Text compiled, const Node& given) {
  auto c = parse_duration(compiled);
  if (!c) return false;
  if (given.kind() == Kind::Null) return *c == 0;
  if (is_number(given.scalar)) return as_integer(given.scalar) == *c;
  auto d = parse_duration(given.text);
  return d && *d == *c;
}

bool same_enum(uint8_t tag, Text compiled, Text also, const Node& given) {
  bool null = given.kind() == Kind::Null;
  if (null && also == "0") return true;
  if (given.kind() == Kind::Int && !also.empty()) {
    auto n = parse_int(also);
    return n && *n == given.scalar.integer;
  }
  Text t = null ? Text() : given.text;
  if (t.size() != compiled.size()) return false;
  for (size_t i = 0; i < t.size(); ++i) {
    char c = tag & kSpecial && t[i] >= 'A' && t[i] <= 'Z' ? static_cast<char>(t[i] + 32) : t[i];
    if (c != compiled[i]) return false;
  }
  return true;
}

// The first letter of what was compiled is its type.
bool same_any(uint8_t tag, Text compiled, const Node& given) {
  if (tag & kLate) return given.text == compiled;
  const Scalar& g = given.scalar;
  char type = compiled.empty() ? 'n' : compiled[0];
  Text value = compiled.empty() ? compiled : compiled.substr(1);
  switch (g.kind) {
  case Kind::Null: return type == 'n';
  case Kind::Bool: return type == 'b' && value == (g.boolean ? "true" : "false");
  case Kind::Int:
    if (!g.too_large) return type == 'i' && yaml::resolve(value).integer == g.integer;
    [[fallthrough]];
  case Kind::Float: return type == 'd' && (yaml::resolve(value).real == g.real || (g.real != g.real && value == "nan"));
  default: return type == 's' && value == given.text;
  }
}

}  // namespace

bool same_value(NodeKind kind, uint8_t tag, Text compiled, Text also, const Node& given) {
  bool null = given.kind() == Kind::Null;
  switch (kind) {
  case NodeKind::Bool:
    if (null) return compiled == "false";
    return given.kind() == Kind::Bool && compiled == (given.scalar.boolean ? "true" : "false");
  case NodeKind::Int: return same_int(compiled, given.scalar);
  case NodeKind::Double: return same_double(compiled, given.scalar);
  case NodeKind::Duration: return same_duration(compiled, given);
  case NodeKind::Enum: return same_enum(tag, compiled, also, given);
  case NodeKind::Any: return same_any(tag, compiled, given);
  default: return null ? compiled.empty() : given.text == compiled;
  }
}

}  // namespace whittle::drift
