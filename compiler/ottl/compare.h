// SPDX-License-Identifier: Apache-2.0
// The reference's comparisons: of literals, which it works out when it reads a config, and of types.
#pragma once

#include "compiler/ottl/tree.h"

namespace whittle::ottl {

// `left op right`, both literal (Node::literal) after check().
bool compare_literals(const Tree& tree, NodeId left, Operator op, NodeId right);

// What comparing values of these types can come to.
struct Outcomes {
  bool can_be_true = false, can_be_false = false;
  bool crashes = false;  // whatever the values: two lists of one kind that Go cannot compare
};
Outcomes outcomes(TypeSet left, Operator op, TypeSet right);

}  // namespace whittle::ottl
