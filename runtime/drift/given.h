// SPDX-License-Identifier: Apache-2.0
// Other ways to write a thing in the config that is given, each brought into the one form that is compared. All of it
// lives in the arena; what is given is not changed.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/yaml/read.h"

namespace whittle::drift {

// What stands there once its references are looked up in the environment: a reference alone becomes whatever its value
// is in YAML. Null stays null.
const yaml::Node* resolved(const yaml::Node* n, Arena& arena);

// "a,b" as a list of texts.
const yaml::Node* split_list(const yaml::Node& given, Arena& arena);

// [a, b] as [{setting: [a, b]}], where the list holds nothing but texts.
const yaml::Node* as_group(const yaml::Node& list, Text setting, Arena& arena);

// [{name: k, value: v}] as {k: v}; the list itself where an item has no name.
const yaml::Node* from_pairs(const yaml::Node& list, Arena& arena);

// Whether it says `enabled: false`; and the map without `enabled`.
bool turned_off(const yaml::Node* n);
const yaml::Node* without_enabled(const yaml::Node& map, Arena& arena);

}  // namespace whittle::drift
