// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/component_id.h"

#include <cstdint>

namespace whittle::check {

namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

// Unicode's categories Z, C and S, as far as people meet them.
bool is_barred(uint32_t c) {
  if (c < 0x80)
    return c <= 0x20 || c == 0x7f || std::string_view("$+<=>^`|~").find(static_cast<char>(c)) != std::string_view::npos;
  struct Range {
    uint32_t low, high;
  };
  static constexpr Range kRanges[] = {
      {0x80, 0xa0},       {0xa2, 0xa6},       {0xa8, 0xa9},     {0xac, 0xae},     {0xaf, 0xb1},     {0xb4, 0xb4},
      {0xb8, 0xb8},       {0xd7, 0xd7},       {0xf7, 0xf7},     {0x2c2, 0x2df},   {0x1680, 0x1680}, {0x2000, 0x200f},
      {0x2028, 0x202f},   {0x2044, 0x2044},   {0x2052, 0x2052}, {0x205f, 0x206f}, {0x207a, 0x207c}, {0x208a, 0x208c},
      {0x20a0, 0x20c0},   {0x2100, 0x2101},   {0x2116, 0x2118}, {0x2122, 0x2123}, {0x2190, 0x23ff}, {0x2400, 0x245f},
      {0x249c, 0x24e9},   {0x2500, 0x2767},   {0x2794, 0x27c4}, {0x27c7, 0x27e5}, {0x27f0, 0x2982}, {0x2999, 0x29d7},
      {0x29dc, 0x29fb},   {0x29fe, 0x2bff},   {0x3000, 0x3000}, {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffd},
      {0x1f000, 0x1faff}, {0xe0000, 0x10ffff}};
  for (const Range& r : kRanges) {
    if (c >= r.low && c <= r.high) return true;
  }
  return false;
}

}  // namespace

std::expected<ComponentId, IdError> parse_id(std::string_view text) {
  size_t slash = text.find('/');
  std::string_view type = trim(text.substr(0, slash));
  size_t type_at = static_cast<size_t>(type.data() - text.data());
  auto fail = [](size_t begin, size_t end, std::string problem) {
    return std::unexpected(IdError{begin, end, std::move(problem)});
  };
  if (type.empty())
    return fail(0, text.size(),
                slash == std::string_view::npos ? "an id must not be empty" : "the part before the slash is missing");
  for (size_t i = 0; i < type.size(); ++i) {
    char c = type[i];
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (letter || (i > 0 && ((c >= '0' && c <= '9') || c == '_'))) continue;
    return fail(type_at + i, type_at + i + 1,
                i == 0 ? "a type begins with a letter" : "a type is made of letters, digits and `_`");
  }
  if (type.size() > 63) return fail(type_at, type_at + type.size(), "a type has at most 63 letters");
  ComponentId id;
  id.type = type;
  if (slash == std::string_view::npos) return id;
  std::string_view name = trim(text.substr(slash + 1));
  if (name.empty()) return fail(slash, text.size(), "the part behind the slash is missing");
  size_t name_at = static_cast<size_t>(name.data() - text.data());
  if (name.size() > 1024) return fail(name_at, name_at + name.size(), "a name has at most 1024 letters");
  for (size_t i = 0; i < name.size();) {
    auto c = static_cast<unsigned char>(name[i]);
    size_t length = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 4;
    uint32_t code = length == 1 ? c : c & (0xffu >> (length + 1));
    for (size_t k = 1; k < length && i + k < name.size(); ++k)
      code = code << 6 | (static_cast<unsigned char>(name[i + k]) & 0x3f);
    if (is_barred(code))
      return fail(name_at + i, name_at + i + length,
                  code == ' ' ? "a name has no spaces" : "this may not stand in a name");
    i += length;
  }
  id.name = name;
  return id;
}

}  // namespace whittle::check
