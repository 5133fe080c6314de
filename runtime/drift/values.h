// SPDX-License-Identifier: Apache-2.0
// The settings of one component, or of `service`: a walk over a node of the table with what was given beside it.
#pragma once

#include "runtime/drift/differences.h"
#include "runtime/drift/table.h"
#include "runtime/drift/table_reader.h"

namespace whittle::drift {

// Each function reads its part of a node exactly once, whatever the given config looks like, so that the walk ends and
// stays in step. A part that was not given is a null pointer.
class Values {
public:
  Values(TableReader& table, Differences& differences, Arena& arena)
      : table_(table), differences_(differences), arena_(arena) {}

  void node(const yaml::Node* written);
  // What follows the byte of a Struct. `but_not` and `nor` are keys that are none of its settings.
  void structure(const yaml::Node* given, Text but_not = {}, Text nor = {});

private:
  void unset(uint8_t tag, const yaml::Node* given);
  void scalar(NodeKind kind, uint8_t tag, const yaml::Node* given, const yaml::Node* written);
  void list(uint8_t tag, const yaml::Node* given);
  void map(uint8_t tag, const yaml::Node* given);
  void optional(uint8_t tag, const yaml::Node* given, const yaml::Node* written);

  Text with_references(uint8_t tag, Text compiled);
  void show_node(Writer& out);

  TableReader& table_;
  Differences& differences_;
  Arena& arena_;
};

}  // namespace whittle::drift
