// SPDX-License-Identifier: Apache-2.0
// Which query an expression becomes depends on what stands around it: predicates that count positions are asked for
// each start of their step by itself (MergeQuery), and steps below `//` are searched in one go.
#include "runtime/ottl/xpath_query.h"

namespace whittle::ottl {

namespace xpath {

namespace {

using Kind = Expression::Kind;

// About the surroundings of an expression.
constexpr uint32_t kBelowDescendants = 1, kInFilter = 4;
// About a query that was made.
constexpr uint32_t kByPosition = 1, kHasPosition = 2, kHasLast = 4;

class Builder {
public:
  explicit Builder(Run& run) : run_(run), arena_(run.arena) {}

  Query* node(const Expression& e, uint32_t flags, uint32_t& properties) {
    constexpr int kMost = 1024;
    properties = 0;
    if (++depth_ > kMost) return none("the XPath is too complex");
    Query* q = nullptr;
    switch (e.kind) {
    case Kind::Root: q = make_root(arena_); break;
    case Kind::Text: q = make_constant(arena_, of_text(e.text)); break;
    case Kind::Number: q = make_constant(arena_, of_number(e.number)); break;
    case Kind::Step: q = first_ = step(e, flags, properties); break;
    case Kind::Filter: q = first_ = filter(e, flags, properties); break;
    case Kind::Call: q = call(e, properties); break;
    case Kind::Operator: q = operation(e, properties); break;
    case Kind::Group:
      q = node(*e.left, 0, properties);
      if (q) q = first_ = make_group(arena_, q);
      break;
    }
    --depth_;
    return q;
  }

private:
  Query* none(const char* why) {
    run_.fail(why);
    return nullptr;
  }

  Query* step(const Expression& e, uint32_t flags, uint32_t& properties) {
    first_ = nullptr;
    Query* from = nullptr;
    if (!e.left) {
      from = make_context(arena_);
      properties = 0;
    } else {
      uint32_t below = 0;
      if (!(flags & kInFilter)) {
        const Expression& before = *e.left;
        if (e.axis == Axis::Child && before.kind == Kind::Step && before.axis == Axis::DescendantOrSelf) {
          Query* start = before.left ? node(*before.left, kBelowDescendants, properties) : make_context(arena_);
          return start ? make_step(arena_, Axis::Descendant, e.test, start, false) : nullptr;
        }
        if (e.axis == Axis::Descendant || e.axis == Axis::DescendantOrSelf) below = kBelowDescendants;
      }
      from = node(*e.left, below, properties);
      if (!from) return nullptr;
    }
    return make_step(arena_, e.axis, e.test, from, flags & kBelowDescendants);
  }

  Query* filter(const Expression& e, uint32_t flags, uint32_t& properties) {
    const bool outermost = !(flags & kInFilter);
    Query* from = node(*e.left, flags | kInFilter, properties);
    if (!from) return nullptr;
    Query* first = first_;
    uint32_t conditions = 0;
    Query* condition = node(*e.right, flags, conditions);
    if (!condition) return nullptr;
    const Query::Gives gives = condition->gives();
    if (gives == Query::Gives::Any || gives == Query::Gives::Number || (conditions & (kHasPosition | kHasLast)))
      conditions |= kHasPosition;
    if (e.left->kind != Kind::Filter) properties &= ~kByPosition;
    if (conditions & kHasPosition) properties |= kByPosition;
    if ((conditions & kHasPosition) && (conditions & kHasLast) && condition->is_call()) {
      Query* among = input_of_call(condition);
      if (among && among->is_filter_or_group()) condition = make_last(arena_, among);
    }
    if (outermost && first) {
      first_ = nullptr;
      if (from->merges() && (properties & kByPosition)) {
        Query* parent = nullptr;
        if (Query** start = first->start(); start && !(*start)->is_context()) {
          parent = *start;
          *start = make_context(arena_);
        }
        Query* child = make_filter(arena_, from, condition);
        return parent ? make_merge(arena_, parent, child) : child;
      }
    }
    return make_filter(arena_, from, condition);
  }

  Query* call(const Expression& e, uint32_t& properties) {
    properties = 0;
    const Function f = e.function;
    if (f == Function::Last || f == Function::Position) {
      properties = f == Function::Last ? kHasLast : kHasPosition;
      return make_call(arena_, f, first_, nullptr, 0);
    }
    auto* arguments = arena_.array<Query*>(e.argument_count + 1);
    uint32_t count = 0;
    for (; count < e.argument_count; ++count) {
      arguments[count] = node(*e.arguments[count], 0, properties);
      if (!arguments[count]) return nullptr;
      // Those that look at one argument alone do not ask about others.
      if (f == Function::Reverse) return make_reverse(arena_, arguments[0]);
    }
    if (f == Function::NormalizeSpace && count == 0)
      arguments[count++] = make_step(arena_, Axis::Self, {}, make_context(arena_), false);
    return make_call(arena_, f, nullptr, arguments, count);
  }

  Query* operation(const Expression& e, uint32_t& properties) {
    uint32_t of_left = 0, of_right = 0;
    Query* left = node(*e.left, 0, of_left);
    Query* right = left ? node(*e.right, 0, of_right) : nullptr;
    if (!right) return nullptr;
    properties = of_left | of_right;
    switch (e.op) {
    case Op::Or:
    case Op::And: return make_logic(arena_, e.op == Op::Or, left, right);
    case Op::Union: return make_union(arena_, left, right);
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Divide:
    case Op::Modulo: return make_arithmetic(arena_, e.op, left, right);
    default: return make_comparison(arena_, e.op, left, right);
    }
  }

  Run& run_;
  Arena& arena_;
  Query* first_ = nullptr;  // the step, filter or group that was made last
  int depth_ = 0;
};

}  // namespace

Query* build(Run& run, const Expression& e) {
  uint32_t properties = 0;
  Query* q = Builder(run).node(e, 0, properties);
  // Parts that stand in two places get places of their own.
  return q ? q->clone(run.arena) : nullptr;
}

}  // namespace xpath

void XmlNodes::add(XmlNode* n, Arena& arena) {
  if (size == room) {
    room = room ? 2 * room : 8;
    auto** larger = arena.array<XmlNode*>(room);
    for (uint32_t i = 0; i < size; ++i) larger[i] = nodes[i];
    nodes = larger;
  }
  nodes[size++] = n;
}

bool find_xml(Run& run, XmlNode* top, Text path, XmlNodes& out) {
  const xpath::Expression* e = xpath::parse(run, path);
  xpath::Query* q = e ? xpath::build(run, *e) : nullptr;
  if (!q) return false;
  xpath::EvaluationContext c{run, top, {top, -1}};
  for (xpath::At at; q->next(c, at);) {
    c.current = at;
    if (xpath::type_of(at) != xpath::NodeType::Attribute) {
      out.add(at.node, run.arena);
      continue;
    }
    auto* n = run.arena.make<XmlNode>();
    n->kind = XmlNode::Kind::Attribute;
    n->parent = at.node;
    n->data = xpath::local_name(at);
    n->first = n->last = make_text(run.arena, xpath::value_of(c, at));
    out.add(n, run.arena);
  }
  return !c.failed;
}

}  // namespace whittle::ottl
