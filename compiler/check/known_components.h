// SPDX-License-Identifier: Apache-2.0
// Components that the Collector's distributions have and whittle has not, those that are gone, and names by version.
#pragma once

#include "compiler/schema/schema.h"

#include <span>
#include <string_view>

namespace whittle::check {

// One that older releases of contrib had.
struct Gone {
  schema::ComponentKind kind;
  std::string_view type;
  uint16_t last;             // the minor version of the last release with it: 110 of 0.110; 0: long ago
  std::string_view instead;  // what to do; may be empty
};

// Whether the release `contrib` (156 of 0.156) has it no longer; null where it never was, or is still there.
const Gone* gone_since(schema::ComponentKind kind, std::string_view type, uint16_t contrib);

// One that has another name in later releases; the older one is known there, too.
struct Renamed {
  schema::ComponentKind kind;
  std::string_view type, before;
  uint16_t since;  // the minor version of the first release that knows `type`
};
// Null: it was called so from its beginning, or is none.
const Renamed* renamed(schema::ComponentKind kind, std::string_view type);

// What a component that is known by name alone wants of its host and does not find in a task on Fargate; empty:
// nothing.
std::string_view lacks_host(schema::ComponentKind kind, std::string_view type);

std::span<const std::string_view> known_elsewhere(schema::ComponentKind kind);

}  // namespace whittle::check
