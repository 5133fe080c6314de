// SPDX-License-Identifier: Apache-2.0
// Filter expressions (`match_type: expr`): what of the language of github.com/expr-lang/expr is about metrics, which
// have a name, a type and labels.
#pragma once

#include "compiler/record/ir.h"

#include <expected>

namespace whittle::check {

struct MetricExpression {
  struct Constant {
    ir::Literal value;
    std::shared_ptr<const regex::Tables> pattern{};
  };
  std::string code;  // runtime/record/expression.h
  std::vector<Constant> constants;
};

struct ExpressionFault {
  std::string message;
  bool unknown = false;  // it may well be right: the language has more than is compiled
};

std::expected<MetricExpression, ExpressionFault> read_expression(std::string_view text);

}  // namespace whittle::check
