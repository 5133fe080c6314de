// SPDX-License-Identifier: Apache-2.0
// Ids of components and pipelines: `type` or `type/name`.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace whittle::check {

struct ComponentId {
  std::string type;
  std::string name;  // empty when there is none

  std::string text() const { return name.empty() ? type : type + "/" + name; }
  bool operator==(const ComponentId&) const = default;
};

struct IdError {
  size_t begin = 0, end = 0;  // of the offending bytes
  std::string problem;
};

// Spaces around either part do not count. Which characters may stand in it is as in the Collector: letters, digits and
// `_` in a type, anything but spaces, control characters and symbols in a name.
std::expected<ComponentId, IdError> parse_id(std::string_view text);

}  // namespace whittle::check
