// SPDX-License-Identifier: Apache-2.0
// Go's regular expression syntax (regexp/syntax with the Perl flags) as a tree.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::regex {

// What to do about a pattern of another language; empty where nothing is known to be lacking.
std::string_view advice_on(std::string_view pattern);

// An inclusive range of code points.
struct Range {
  uint32_t low, high;
  bool operator==(const Range&) const = default;
};
using Ranges = std::vector<Range>;  // sorted, disjoint, not touching

enum class Op : uint8_t {
  Empty,
  Class,
  Concat,
  Alternate,
  Repeat,
  Group,  // that captures
  BeginText,
  EndText,
  BeginLine,
  EndLine,
  WordBoundary,
  NoWordBoundary
};

struct Node {
  Op op = Op::Empty;
  Ranges ranges;                 // Class; empty: matches nothing
  int minimum = 0, maximum = 0;  // Repeat; maximum -1: no bound
  bool lazy = false;             // Repeat
  uint32_t group = 0;            // Group: its number, from 1
  std::vector<std::unique_ptr<Node>> children;
};
using NodePtr = std::unique_ptr<Node>;

struct SyntaxError {
  std::string message;  // as Go says it: "missing closing ): `(a`"
  size_t offset;        // of the offending part in the pattern
};

// Parses `pattern` as regexp.MustCompile would. Greedy and lazy repetition, and capturing or not, make no difference to
// whether a text matches, only to where.
//
// `groups` receives the names of the capturing groups in their order, empty for those without.
std::expected<NodePtr, SyntaxError> parse(std::string_view pattern, std::vector<std::string>* groups = nullptr);

}  // namespace whittle::regex
