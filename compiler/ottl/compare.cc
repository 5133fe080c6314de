// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/compare.h"

namespace whittle::ottl {

namespace {

bool holds(Operator op, int order) {
  switch (op) {
  case Operator::Equal: return order == 0;
  case Operator::NotEqual: return order != 0;
  case Operator::Less: return order < 0;
  case Operator::LessEqual: return order <= 0;
  case Operator::Greater: return order > 0;
  case Operator::GreaterEqual: return order >= 0;
  default: return false;
  }
}

template <class T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool is_int(const Node& n) {
  return n.kind == Kind::Int || n.kind == Kind::Enum;
}

// Whether two values in lists or maps are the same: ints and doubles are not, and order of keys does not count.
bool same(const Tree& tree, NodeId left, NodeId right) {
  const Node &a = tree.at(left), &b = tree.at(right);
  if (is_int(a) || is_int(b)) return is_int(a) && is_int(b) && a.integer == b.integer;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
  case Kind::Nil: return true;
  case Kind::Bool: return a.boolean == b.boolean;
  case Kind::Double: return a.real == b.real;
  case Kind::String:
  case Kind::Bytes: return tree.text_of(a) == tree.text_of(b);
  case Kind::List:
    if (a.children.count != b.children.count) return false;
    for (size_t i = 0; i < a.children.count; ++i) {
      if (!same(tree, tree.children(a)[i], tree.children(b)[i])) return false;
    }
    return true;
  case Kind::Map: {
    // Of equal keys the last one counts.
    auto find = [&](const Node& map, std::string_view key) {
      for (size_t i = map.children.count; i-- > 0;) {
        if (tree.words_of(map)[i].text == key) return tree.children(map)[i];
      }
      return kNoNode;
    };
    for (const Word& w : tree.words_of(a)) {
      NodeId other = find(b, w.text);
      if (other == kNoNode || !same(tree, find(a, w.text), other)) return false;
    }
    for (const Word& w : tree.words_of(b)) {
      if (find(a, w.text) == kNoNode) return false;
    }
    return true;
  }
  default: return false;
  }
}

bool is_list(Type t) {
  return t == Type::Slice || t == Type::Array;
}
bool is_map(Type t) {
  return t == Type::Map || t == Type::RawMap;
}

}  // namespace

bool compare_literals(const Tree& tree, NodeId left, Operator op, NodeId right) {
  const Node &a = tree.at(left), &b = tree.at(right);
  bool differ = op == Operator::NotEqual;
  if (a.kind == Kind::Nil || b.kind == Kind::Nil) {
    if (a.kind != b.kind) return differ;
    return op == Operator::Equal || op == Operator::LessEqual || op == Operator::GreaterEqual;
  }
  auto number = [](const Node& n) { return is_int(n) || n.kind == Kind::Double; };
  if (number(a) && number(b)) {
    if (is_int(a) && is_int(b)) return holds(op, order_of(a.integer, b.integer));
    double x = is_int(a) ? static_cast<double>(a.integer) : a.real;
    double y = is_int(b) ? static_cast<double>(b.integer) : b.real;
    return holds(op, order_of(x, y));
  }
  if (a.kind != b.kind) return differ;
  switch (a.kind) {
  case Kind::Bool: return holds(op, order_of(a.boolean, b.boolean));
  case Kind::String:
  case Kind::Bytes: return holds(op, order_of(tree.text_of(a), tree.text_of(b)));
  case Kind::List:
  case Kind::Map:
    if (op == Operator::Equal) return same(tree, left, right);
    return differ && !same(tree, left, right);
  default: return false;
  }
}

Outcomes outcomes(TypeSet left, Operator op, TypeSet right) {
  Outcomes out;
  bool crashes = true;
  auto open = [&] { out.can_be_true = out.can_be_false = true; };
  auto only = [&](bool truth) { (truth ? out.can_be_true : out.can_be_false) = true; };
  bool equality = op == Operator::Equal || op == Operator::NotEqual;
  for (int i = 0; i < kTypes; ++i) {
    for (int j = 0; j < kTypes; ++j) {
      Type a = static_cast<Type>(i), b = static_cast<Type>(j);
      if (!left.has(a) || !right.has(b)) continue;
      bool incomparable = a == b && (a == Type::Strings || a == Type::Ints || a == Type::Counts || a == Type::Doubles);
      crashes = crashes && incomparable && equality;
      if (a == Type::Nil || b == Type::Nil) {
        only(a == b ? op == Operator::Equal || op == Operator::LessEqual || op == Operator::GreaterEqual
                    : op == Operator::NotEqual);
      } else if ((kNumbers.has(a) && kNumbers.has(b)) ||
                 (a == b && (a == Type::Bool || a == Type::String || a == Type::Bytes || a == Type::Time ||
                             a == Type::Duration))) {
        open();
      } else if ((is_map(a) && is_map(b)) || (is_list(a) && is_list(b)) || a == b) {
        if (equality) open();
        else only(false);
      } else {
        only(op == Operator::NotEqual);
      }
    }
  }
  out.crashes = crashes && !left.empty() && !right.empty();
  return out;
}

}  // namespace whittle::ottl
