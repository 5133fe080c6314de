// SPDX-License-Identifier: Apache-2.0
// A small tree of values, printed as JSON, YAML, HCL or TypeScript: what the formats of `whittle taskdef` share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::aws::ecs {

struct Shape {
  enum class Kind : uint8_t { Text, Number, Bool, List, Map };
  Kind kind = Kind::Text;
  std::string text;  // may hold references, see reference()
  int64_t number = 0;
  bool boolean = false;
  std::vector<Shape> items;
  std::vector<std::pair<std::string, Shape>> members;

  Shape() = default;
  Shape(std::string t) : text(std::move(t)) {}
  Shape(const char* t) : text(t) {}
  Shape(std::string_view t) : text(t) {}
  Shape(int64_t n) : kind(Kind::Number), number(n) {}
  Shape(bool b) : kind(Kind::Bool), boolean(b) {}
  static Shape list(std::vector<Shape> items = {});
  static Shape map(std::vector<std::pair<std::string, Shape>> members = {});

  Shape& add(std::string key, Shape value);  // of a Map; returns itself
};

// Within a text: a value that each format names in its own way ("account", "region", "env:NAME").
std::string reference(std::string_view name);
bool has_reference(std::string_view text);

// How a format writes a text with its references: the whole expression, quotes and all.
using TextWriter = std::function<std::string(const std::string& text)>;

// Splits a text into its parts; each is a literal or the name of a reference.
struct Part {
  bool reference = false;
  std::string text;
};
std::vector<Part> parts(std::string_view text);

std::string print_json(const Shape& shape, const TextWriter& text, int indent = 0);
std::string print_yaml(const Shape& shape, const TextWriter& text, int indent = 0);
// An HCL expression: objects with `=`.
std::string print_hcl(const Shape& shape, const TextWriter& text, int indent = 0);

// The same with keys as CloudFormation spells them; members of maps named in `free` keep theirs.
Shape pascal(const Shape& shape, const std::vector<std::string>& free);

}  // namespace whittle::aws::ecs
