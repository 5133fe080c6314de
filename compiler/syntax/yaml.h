// SPDX-License-Identifier: Apache-2.0
// Collector YAML as a tree with places.
//
// libfyaml finds the structure; what its scalars mean is decided here as the Collector's own YAML reader decides it
// (YAML 1.2's core schema with underscores in numbers, old octals and dates). Keys are texts, aliases share nodes, `<<`
// is applied.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <string>
#include <string_view>
#include <vector>

namespace whittle::syntax {

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

struct Entry {
  std::string key;
  source::Span key_span;
  NodeId value = kNoNode;
};

struct Node {
  enum class Kind : uint8_t { Null, Bool, Int, Float, Date, String, Sequence, Mapping };
  Kind kind = Kind::Null;
  source::Span span;
  bool quoted = false;  // a scalar in quotes or a block scalar
  std::string text;     // scalars: as written, escapes resolved
  std::string tag;      // documents only: "!Sub", "!GetAtt"; empty for none and for those of YAML itself
  bool boolean = false;
  int64_t integer = 0;
  bool too_large = false;      // Int: beyond int64_t; `real` is near it
  double real = 0;             // Float, Int
  std::vector<NodeId> items;   // Sequence
  std::vector<Entry> entries;  // Mapping; keys differ
  bool poisoned = false;       // something was wrong in here and has been said: say no more

  // Set by resolve_references(). A late text keeps its references and `$$`; of any other `$$` has become `$`.
  bool late = false;         // String: filled in when the collector starts
  bool whole = false;        // late: the text is one reference and nothing else, so it may be of any type
  std::string variable;      // late and whole: the name
  bool has_default = false;  // late and whole: `:-` is there
  std::string default_text;

  bool is_scalar() const { return kind < Kind::Sequence; }
  const Entry* find(std::string_view key) const;
};

// Nodes of one or several files. Ids stay valid; references to nodes do not when nodes are added.
struct Tree {
  std::vector<Node> nodes;

  const Node& at(NodeId id) const { return nodes[id]; }
  NodeId add(Node node) {
    nodes.push_back(std::move(node));
    return static_cast<NodeId>(nodes.size() - 1);
  }
};

// Deepest nesting of a config.
inline constexpr int kMaxDepth = 100;

// Which YAML it is.
enum class Dialect : uint8_t {
  Config,    // what the Collector's own reader takes; `<<` merges
  Document,  // local tags are kept, nesting may be deeper
  Json,      // RFC 8259
};

// Reads one file into `tree` and returns its root, or kNoNode with errors. An empty file is a null.
NodeId read_yaml(source::FileId file, const source::Sources& sources, Tree& tree, diag::Diagnostics& diags,
                 Dialect dialect = Dialect::Config);

// What a plain scalar of that text is: sets kind and value.
void resolve_scalar(Node& node);

// "a list", "the number 5", "`abc`": what a diagnostic calls a node.
std::string describe(const Node& node);

}  // namespace whittle::syntax
