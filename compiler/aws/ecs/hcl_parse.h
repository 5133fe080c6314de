// SPDX-License-Identifier: Apache-2.0
// The syntax of HCL as a tree of blocks and expressions with places.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::ecs::hcl {

using ExprId = uint32_t;
inline constexpr ExprId kNone = UINT32_MAX;

struct Expr {
  enum class Kind : uint8_t {
    Null,
    Bool,
    Number,     // text
    Template,   // children: Literal texts and expressions
    Literal,    // a piece of a template: text
    List,       // children
    Object,     // children: key, value, key, value
    Name,       // text: "var", "local", "aws_iam_role"
    Attribute,  // children[0].text
    Index,      // children[0][children[1]]
    Call,       // text(children)
    Unary,      // text: "!", "-"
    Binary,     // text: "==", "&&"
    Condition,  // children[0] ? children[1] : children[2]
    For,        // text: the names, "k,v", and "..." behind them where values are grouped by key; children: the
                // collection, the key (kNone of a list), the value, the condition (or kNone)
    Splat,      // children[1] of each element of children[0]
    Each,       // the element of the splat around it; children[0]: of what
    Unknown,    // what is not evaluated. children: what it refers to
  };
  Kind kind = Kind::Unknown;
  source::Span span;
  std::string text;
  std::vector<ExprId> children;
};

struct Attribute {
  std::string name;
  source::Span span;  // of the name
  ExprId value = kNone;
};

struct Block {
  std::string type;
  std::vector<std::string> labels;
  source::Span span;  // of the type and the labels
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;

  const Attribute* find(std::string_view name) const;
  const Block* block(std::string_view type) const;  // the first
};

struct File {
  std::vector<Expr> expressions;
  Block body;  // type and labels are empty
  bool good = false;

  const Expr& at(ExprId id) const { return expressions[id]; }
};

// A whole file as one template, as templatefile() reads it: the last of `expressions`.
File parse_template(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags);

// Errors are at their places; what was read before one is kept.
File parse(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags);

}  // namespace whittle::aws::ecs::hcl
