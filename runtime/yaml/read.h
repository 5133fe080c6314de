// SPDX-License-Identifier: Apache-2.0
// YAML into a tree, for the one moment when a collector looks at a config that it was given. Everything lives in an
// arena. Aliases share nodes, so a tree may be a graph without cycles; its size with every alias expanded is limited
// too.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"
#include "runtime/yaml/scalar.h"

namespace whittle::yaml {

struct Entry;

struct Node {
  Scalar scalar;  // its kind is the node's
  Text text;      // of a scalar, as it stands there without its quotes
  bool quoted = false;
  uint32_t line = 0;       // counted from 1
  Entry* first = nullptr;  // of a mapping or a sequence
  Entry* last = nullptr;
  uint32_t size = 0;  // entries

  Kind kind() const { return scalar.kind; }
  bool is_scalar() const { return scalar.kind != Kind::Sequence && scalar.kind != Kind::Mapping; }
  // A mapping's value; null when it has no such key.
  const Node* find(Text key) const;
};

struct Entry {
  Text key;  // empty in a sequence
  const Node* value;
  Entry* next;
};

constexpr size_t kMostBytes = 1 << 20;
constexpr uint32_t kMostDepth = 100;
constexpr uint32_t kMostNodes = 100'000;  // with aliases expanded
constexpr uint32_t kMostKeys = 2000;      // of one map
constexpr uint32_t kMostAnchors = 1000;

// The first document of the text; merge keys (`<<`) are put in. Null, with a reason in `why`, for what is no YAML or
// goes beyond the limits. An empty text is null.
Node* read(Text text, Arena& arena, Writer& why);

// `over` laid on `under`: maps are joined key by key, anything else is replaced (collector, merging of several
// configs). Null, with a reason in `why`, when that goes beyond the limits. Neither is changed.
const Node* merge(const Node* under, const Node* over, Arena& arena, Writer& why);

// Appends an entry; `key` must outlive the tree.
void append(Node& node, Text key, const Node* value, Arena& arena);

}  // namespace whittle::yaml
