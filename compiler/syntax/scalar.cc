// SPDX-License-Identifier: Apache-2.0
// What scalars mean, and what diagnostics call them.
#include "base/yaml_scalar.h"
#include "compiler/syntax/yaml.h"

#include <cstdlib>

namespace whittle::syntax {

static Node::Kind kind_of(YamlScalar::Kind kind) {
  switch (kind) {
  case YamlScalar::Kind::Null: return Node::Kind::Null;
  case YamlScalar::Kind::Bool: return Node::Kind::Bool;
  case YamlScalar::Kind::Int: return Node::Kind::Int;
  case YamlScalar::Kind::Float: return Node::Kind::Float;
  case YamlScalar::Kind::Date: return Node::Kind::Date;
  case YamlScalar::Kind::String: break;
  }
  return Node::Kind::String;
}

void resolve_scalar(Node& node) {
  YamlScalar s = resolve_yaml_scalar(node.text);
  node.kind = kind_of(s.kind);
  node.boolean = s.boolean;
  node.too_large = s.too_large;
  node.integer = s.integer;
  node.real = s.real;
  if (s.kind != YamlScalar::Kind::Float || s.special) return;
  std::string digits = node.text;
  std::erase(digits, '_');
  node.real = std::strtod(digits.c_str(), nullptr);
}

std::string describe(const Node& node) {
  auto shown = [&] {
    if (node.text.size() <= 40) return node.text;
    size_t end = 37;
    while (end > 0 && (static_cast<unsigned char>(node.text[end]) & 0xc0) == 0x80) --end;
    return node.text.substr(0, end) + "...";
  };
  switch (node.kind) {
  case Node::Kind::Null: return "null";
  case Node::Kind::Bool: return "the boolean `" + node.text + "`";
  case Node::Kind::Int: return "the number `" + shown() + "`";
  case Node::Kind::Float: return "the number `" + shown() + "`";
  case Node::Kind::Date: return "the date `" + shown() + "`";
  case Node::Kind::String: return node.text.empty() ? "an empty string" : "the string `" + shown() + "`";
  case Node::Kind::Sequence: return "a list";
  case Node::Kind::Mapping: return "a map";
  }
  return {};
}

}  // namespace whittle::syntax
