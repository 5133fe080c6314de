// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xpath_query.h"

#include "runtime/ottl/sequence.h"

namespace whittle::ottl::xpath {

using Kind = XmlNode::Kind;

NodeType type_of(const At& at) {
  switch (at.node->kind) {
  case Kind::Comment: return NodeType::Comment;
  case Kind::Text:
  case Kind::Section:
  case Kind::Directive: return NodeType::Text;
  case Kind::Document:
  case Kind::Declaration: return NodeType::Root;
  case Kind::Element: return at.attribute >= 0 ? NodeType::Attribute : NodeType::Element;
  default: return NodeType::Element;
  }
}
static const XmlNode::Attribute* attribute_of(const At& at) {
  const bool there = at.attribute >= 0 && static_cast<uint32_t>(at.attribute) < at.node->attribute_count;
  return there ? &at.node->attributes[at.attribute] : nullptr;
}
Text local_name(const At& at) {
  const XmlNode::Attribute* a = attribute_of(at);
  return a ? a->local : at.node->data;
}
Text prefix_of(const At& at) {
  const XmlNode::Attribute* a = type_of(at) == NodeType::Attribute ? attribute_of(at) : nullptr;
  return a ? a->prefix : at.node->prefix;
}
Text namespace_of(const At& at) {
  const XmlNode::Attribute* a = attribute_of(at);
  return a ? a->space : at.node->space;
}
Text value_of(EvaluationContext& c, const At& at) {
  switch (at.node->kind) {
  case Kind::Comment:
  case Kind::Text: return at.node->data;
  case Kind::Element: break;
  default: return {};
  }
  if (const XmlNode::Attribute* a = attribute_of(at)) return a->value;
  const Text t = inner_text(*at.node, c.run.arena);
  c.go_on(t.size());
  return t;
}
bool to_parent(At& at) {
  if (at.attribute >= 0) {
    at.attribute = -1;
    return true;
  }
  if (!at.node->parent) return false;
  at.node = at.node->parent;
  return true;
}
bool to_child(At& at) {
  if (at.attribute >= 0 || !at.node->first) return false;
  at.node = at.node->first;
  return true;
}
static bool counts(const XmlNode& n) {
  return n.kind != Kind::Text || !trim_space(n.data).empty();
}
bool to_next(At& at) {
  if (at.attribute >= 0) return false;
  while (at.node->next) {
    at.node = at.node->next;
    if (counts(*at.node)) return true;
  }
  return false;
}
bool to_previous(At& at) {
  if (at.attribute >= 0) return false;
  while (at.node->previous) {
    at.node = at.node->previous;
    if (counts(*at.node)) return true;
  }
  return false;
}
bool to_first(At& at) {
  if (at.attribute >= 0 || !at.node->previous) return false;
  while (at.node->previous) at.node = at.node->previous;
  return true;
}
bool to_next_attribute(At& at) {
  if (at.attribute + 1 >= static_cast<int32_t>(at.node->attribute_count)) return false;
  ++at.attribute;
  return true;
}
bool passes(const Test& test, const At& at) {
  if (test.type != NodeType::All && test.type != type_of(at)) return false;
  if (test.local.empty() && test.prefix.empty()) return true;
  return test.local == local_name(at) && test.prefix == prefix_of(at);
}

void Collected::add(const At& n, Arena& arena) {
  if (size == room) {
    room = room ? 2 * room : 8;
    At* larger = arena.array<At>(room);
    for (uint32_t i = 0; i < size; ++i) larger[i] = nodes[i];
    nodes = larger;
  }
  nodes[size++] = n;
}

namespace {

// The nodes that were given already.
class Seen {
public:
  // False: it was added before. The document and its declaration are told apart by nobody.
  bool add(At at, Arena& arena) {
    static XmlNode any_root;
    if (type_of(at) == NodeType::Root) at = {&any_root, -1};
    if (2 * size_ >= room_) grow(arena);
    At& place = find(slots_, room_, at);
    if (place.node) return false;
    place = at;
    ++size_;
    return true;
  }
  void clear() { *this = {}; }

private:
  static At& find(At* slots, uint32_t room, const At& at) {
    const auto hash =
        (reinterpret_cast<uintptr_t>(at.node) >> 4) * 0x9E3779B97F4A7C15 + static_cast<uint32_t>(at.attribute);
    for (uint64_t i = hash >> 32;; ++i) {
      At& s = slots[i & (room - 1)];
      if (!s.node || s == at) return s;
    }
  }
  void grow(Arena& arena) {
    const uint32_t room = room_ ? 2 * room_ : 16;
    At* slots = arena.array<At>(room);
    for (uint32_t i = 0; i < room; ++i) slots[i] = {};
    for (uint32_t i = 0; i < room_; ++i)
      if (slots_[i].node) find(slots, room, slots_[i]) = slots_[i];
    slots_ = slots, room_ = room;
  }
  At* slots_ = nullptr;
  uint32_t size_ = 0, room_ = 0;
};

// ---- where paths begin
// -----------------------------------------------------------------------------------------------------

class ContextQuery : public Query {
public:
  Result evaluate(EvaluationContext&) override {
    given_ = false;
    return of_nodes(this);
  }
  Query* clone(Arena& a) const override { return a.make<ContextQuery>(); }
  bool is_context() const override { return true; }

protected:
  bool find(EvaluationContext& c, At& out) override {
    if (given_) return false;
    given_ = true;
    out = c.current;
    return true;
  }

private:
  bool given_ = false;
};

class RootQuery : public Query {
public:
  Result evaluate(EvaluationContext&) override {
    given_ = false;
    return of_nodes(this);
  }
  Query* clone(Arena& a) const override { return a.make<RootQuery>(); }

protected:
  // Of an attribute it is the root with as many attributes in front, which has no children.
  bool find(EvaluationContext& c, At& out) override {
    if (given_) return false;
    given_ = true;
    out = {c.root, c.current.attribute};
    return true;
  }

private:
  bool given_ = false;
};

class ConstantQuery : public Query {
public:
  explicit ConstantQuery(Result r) : result_(r) {}
  Result evaluate(EvaluationContext&) override { return result_; }
  Query* clone(Arena& a) const override { return a.make<ConstantQuery>(result_); }
  Gives gives() const override { return result_.kind == Result::Kind::Number ? Gives::Number : Gives::Text; }

protected:
  bool find(EvaluationContext&, At&) override { return false; }

private:
  Result result_;
};

// ---- steps
// -----------------------------------------------------------------------------------------------------------------

class Step : public Query {
public:
  Step(const Test& test, Query* from) : test_(test), from_(from) {}
  Query** start() override { return &from_; }
  bool tests(const At& at) const override { return passes(test_, at); }
  Result evaluate(EvaluationContext& c) override {
    from_->evaluate(c);
    restart();
    return of_nodes(this);
  }
  uint64_t position() const override { return position_; }

protected:
  virtual void restart() { active_ = false; }
  // Of the next node that it starts from. False: there is none.
  bool begin(EvaluationContext& c) {
    position_ = 0;
    if (!from_->next(c, at_)) return false;
    active_ = true;
    return true;
  }
  // The next one from the same start.
  virtual bool advance(EvaluationContext& c) = 0;

  bool find(EvaluationContext& c, At& out) override {
    for (;;) {
      if (!active_ && !begin(c)) return false;
      if (active_ && advance(c)) {
        ++position_;
        out = at_;
        return true;
      }
      if (c.failed) return false;
      active_ = false;
    }
  }

  Test test_;
  Query* from_;
  At at_;
  bool active_ = false;
  uint64_t position_ = 0;
};

class AncestorQuery : public Step {
public:
  AncestorQuery(const Test& test, Query* from, bool self) : Step(test, from), self_(self) {}
  Query* clone(Arena& a) const override { return a.make<AncestorQuery>(test_, from_->clone(a), self_); }

protected:
  void restart() override {
    active_ = false;
    seen_.clear();
  }
  bool advance(EvaluationContext& c) override {
    for (; c.go_on(); first_ = false) {
      const bool there = first_ ? true : to_parent(at_);
      if (!there) break;
      if ((!first_ || self_) && passes(test_, at_) && seen_.add(at_, c.run.arena)) {
        first_ = false;
        return true;
      }
    }
    first_ = true;
    return false;
  }

private:
  bool self_, first_ = true;
  Seen seen_;
};

class AttributeQuery : public Step {
public:
  using Step::Step;
  Query* clone(Arena& a) const override { return a.make<AttributeQuery>(test_, from_->clone(a)); }
  uint64_t position() const override { return 1; }

protected:
  bool advance(EvaluationContext& c) override {
    while (c.go_on() && to_next_attribute(at_))
      if (passes(test_, at_)) return true;
    return false;
  }
};

class ChildQuery : public Step {
public:
  using Step::Step;
  Query* clone(Arena& a) const override { return a.make<ChildQuery>(test_, from_->clone(a)); }

protected:
  void restart() override { active_ = false, first_ = true; }
  bool advance(EvaluationContext& c) override {
    while (c.go_on() && (first_ ? to_child(at_) : to_next(at_))) {
      first_ = false;
      if (passes(test_, at_)) return true;
    }
    first_ = true;
    return false;
  }

private:
  bool first_ = true;
};

class DescendantQuery : public Step {
public:
  DescendantQuery(const Test& test, Query* from, bool self) : Step(test, from), self_(self) {}
  Query* clone(Arena& a) const override { return a.make<DescendantQuery>(test_, from_->clone(a), self_); }
  int depth() const override { return depth_; }

protected:
  void restart() override { active_ = false, first_ = true; }
  bool advance(EvaluationContext& c) override {
    if (first_) {
      first_ = false;
      depth_ = 0;
      if (self_ && passes(test_, at_)) return true;
    }
    while (c.go_on()) {
      if (to_child(at_)) {
        ++depth_;
      } else {
        while (depth_ > 0 && !to_next(at_)) {
          to_parent(at_);
          --depth_;
        }
        if (depth_ == 0) break;
      }
      if (passes(test_, at_)) return true;
    }
    first_ = true;
    return false;
  }

private:
  bool self_, first_ = true;
  int depth_ = 0;
};

// Descendants of descendants: each start's own once, those of starts within it by the way.
class OverDescendantsQuery : public Query {
public:
  OverDescendantsQuery(const Test& test, Query* from, bool self) : test_(test), from_(from), self_(self) {}
  Query* clone(Arena& a) const override { return a.make<OverDescendantsQuery>(test_, from_->clone(a), self_); }
  Query** start() override { return &from_; }
  bool tests(const At&) const override { return true; }
  Result evaluate(EvaluationContext& c) override {
    from_->evaluate(c);
    return of_nodes(this);
  }
  uint64_t position() const override { return position_; }

protected:
  bool find(EvaluationContext& c, At& out) override {
    while (c.go_on()) {
      if (level_ == 0) {
        if (!from_->next(c, at_)) return false;
        position_ = 0;
        if (self_ && passes(test_, at_)) {
          position_ = 1;
          out = at_;
          return true;
        }
        down();
      } else if (!up_until_next()) {
        continue;
      }
      do {
        if (!passes(test_, at_)) continue;
        ++position_;
        out = at_;
        return true;
      } while (c.go_on() && down());
    }
    return false;
  }

private:
  bool down() {
    if (!to_child(at_)) return false;
    ++level_;
    return true;
  }
  bool up_until_next() {
    while (!to_next(at_)) {
      if (--level_ == 0) return false;
      to_parent(at_);
    }
    return true;
  }

  Test test_;
  Query* from_;
  bool self_;
  At at_;
  int level_ = 0;
  uint64_t position_ = 0;
};

// What follows or precedes: siblings only, or with all below and around.
class BesideQuery : public Step {
public:
  BesideQuery(const Test& test, Query* from, bool forward, bool sibling)
      : Step(test, from), forward_(forward), sibling_(sibling) {}
  Query* clone(Arena& a) const override { return a.make<BesideQuery>(test_, from_->clone(a), forward_, sibling_); }
  Result evaluate(EvaluationContext& c) override {
    from_->evaluate(c);
    return of_nodes(this);
  }

protected:
  bool move() { return forward_ ? to_next(at_) : to_previous(at_); }
  bool advance(EvaluationContext& c) override {
    if (sibling_) {
      while (c.go_on() && move())
        if (passes(test_, at_)) return true;
      return false;
    }
    while (c.go_on()) {
      if (!below_) {
        while (!move()) {
          if (!to_parent(at_)) return false;
          if (!forward_) position_ = 0;
        }
        turn_ = at_;
        c.current = at_;
        below_ = true;
        fresh_ = true;
        depth_ = 0;
        if (forward_) position_ = 0;
      }
      if (within(c)) return true;
      below_ = false;
      at_ = turn_;
    }
    return false;
  }

private:
  // The next of what a sibling is and holds.
  bool within(EvaluationContext& c) {
    if (fresh_) {
      fresh_ = false;
      if (passes(test_, at_)) return true;
    }
    while (c.go_on()) {
      if (to_child(at_)) {
        ++depth_;
      } else {
        while (depth_ > 0 && !to_next(at_)) {
          to_parent(at_);
          --depth_;
        }
        if (depth_ == 0) return false;
      }
      if (passes(test_, at_)) return true;
    }
    return false;
  }

  bool forward_, sibling_;
  bool below_ = false, fresh_ = false;
  int depth_ = 0;
  At turn_;
};

class ParentQuery : public Step {
public:
  using Step::Step;
  Query* clone(Arena& a) const override { return a.make<ParentQuery>(test_, from_->clone(a)); }
  uint64_t position() const override { return 1; }

protected:
  bool advance(EvaluationContext&) override { return false; }
  bool find(EvaluationContext& c, At& out) override {
    while (from_->next(c, at_)) {
      if (!to_parent(at_) || !passes(test_, at_)) continue;
      out = at_;
      return true;
    }
    return false;
  }
};

class SelfQuery : public Step {
public:
  using Step::Step;
  Query* clone(Arena& a) const override { return a.make<SelfQuery>(test_, from_->clone(a)); }
  uint64_t position() const override { return 1; }

protected:
  bool advance(EvaluationContext&) override { return false; }
  bool find(EvaluationContext& c, At& out) override {
    while (from_->next(c, at_)) {
      if (!passes(test_, at_)) continue;
      out = at_;
      return true;
    }
    return false;
  }
};

// ---- what is made of steps
// -------------------------------------------------------------------------------------------------

class FilterQuery : public Query {
public:
  FilterQuery(Query* from, Query* condition) : from_(from), condition_(condition) {}
  Query* clone(Arena& a) const override { return a.make<FilterQuery>(from_->clone(a), condition_->clone(a)); }
  Result evaluate(EvaluationContext& c) override {
    from_->evaluate(c);
    for (uint32_t i = 0; i < room_; ++i) by_depth_[i] = 0;
    return of_nodes(this);
  }
  bool merges() const override { return from_->merges(); }
  uint64_t position() const override { return position_; }
  bool is_filter_or_group() const override { return true; }

protected:
  bool find(EvaluationContext& c, At& out) override {
    for (At at; from_->next(c, at);) {
      c.current = at;
      if (!holds(c)) continue;
      const auto depth = static_cast<uint32_t>(from_->depth());
      if (depth >= room_) grow(depth, c.run.arena);
      position_ = ++by_depth_[depth];
      out = at;
      return true;
    }
    return false;
  }

private:
  bool holds(EvaluationContext& c) {
    const Result r = condition_->evaluate(c);
    switch (r.kind) {
    case Result::Kind::Bool: return r.truth;
    case Result::Kind::Text: return !r.text.empty();
    case Result::Kind::Number: return to_int(r.number) == static_cast<int64_t>(from_->position());
    default: break;
    }
    At any;
    return condition_->next(c, any);
  }
  void grow(uint32_t depth, Arena& arena) {
    const uint32_t room = depth + 8;
    auto* larger = arena.array<uint64_t>(room);
    for (uint32_t i = 0; i < room; ++i) larger[i] = i < room_ ? by_depth_[i] : 0;
    by_depth_ = larger, room_ = room;
  }

  Query *from_, *condition_;
  uint64_t position_ = 0;
  uint64_t* by_depth_ = nullptr;  // how many there were
  uint32_t room_ = 0;
};

// For each node of one query all of another.
class MergeQuery : public Query {
public:
  MergeQuery(Query* from, Query* child) : from_(from), child_(child) {}
  Query* clone(Arena& a) const override { return a.make<MergeQuery>(from_->clone(a), child_->clone(a)); }
  Result evaluate(EvaluationContext& c) override {
    from_->evaluate(c);
    return of_nodes(this);
  }

protected:
  bool find(EvaluationContext& c, At& out) override {
    for (;;) {
      if (!found_.ready) {
        At at;
        if (!from_->next(c, at)) return false;
        child_->evaluate(c);
        c.current = at;
        found_ = {.ready = true};
        while (child_->next(c, at)) found_.add(at, c.run.arena);
      }
      if (found_.next(out)) return true;
      found_.ready = false;
    }
  }

private:
  Query *from_, *child_;
  Collected found_;
};

class GroupQuery : public Query {
public:
  explicit GroupQuery(Query* of) : of_(of) {}
  Query* clone(Arena& a) const override { return a.make<GroupQuery>(of_->clone(a)); }
  Result evaluate(EvaluationContext& c) override { return of_->evaluate(c); }
  Gives gives() const override { return of_->gives(); }
  bool merges() const override { return false; }
  uint64_t position() const override { return position_; }
  bool is_filter_or_group() const override { return true; }
  Query** start() override { return &of_; }

protected:
  bool find(EvaluationContext& c, At& out) override {
    if (!of_->next(c, out)) return false;
    ++position_;
    return true;
  }

private:
  Query* of_;
  uint64_t position_ = 0;
};

class LogicQuery : public Query {
public:
  LogicQuery(bool is_or, Query* left, Query* right) : is_or_(is_or), left_(left), right_(right) {}
  Query* clone(Arena& a) const override { return a.make<LogicQuery>(is_or_, left_->clone(a), right_->clone(a)); }
  Gives gives() const override { return Gives::Bool; }
  Result evaluate(EvaluationContext& c) override {
    const At before = c.current;
    const bool left = as_bool(c, left_->evaluate(c));
    if (left == is_or_ || c.failed) return of_bool(left);
    c.current = before;
    return of_bool(as_bool(c, right_->evaluate(c)));
  }

protected:
  // As a set of nodes `or` has those of both sides, and `and` the last one of either.
  bool find(EvaluationContext& c, At& out) override {
    if (!found_.ready) {
      found_.ready = true;
      const At before = c.current;
      At at;
      auto keep = [&] {
        if (!is_or_) found_.size = 0;
        found_.add(at, c.run.arena);
      };
      while (left_->next(c, at)) keep();
      c.current = before;
      while (right_->next(c, at)) keep();
    }
    return found_.next(out);
  }

private:
  bool is_or_;
  Query *left_, *right_;
  Collected found_;
};

class UnionQuery : public Query {
public:
  UnionQuery(Query* left, Query* right) : left_(left), right_(right) {}
  Query* clone(Arena& a) const override { return a.make<UnionQuery>(left_->clone(a), right_->clone(a)); }
  Result evaluate(EvaluationContext& c) override {
    found_ = {};
    left_->evaluate(c);
    right_->evaluate(c);
    return of_nodes(this);
  }

protected:
  bool find(EvaluationContext& c, At& out) override {
    if (!found_.ready) {
      found_.ready = true;
      Seen seen;
      const At before = c.current;
      for (Query* side : {left_, right_}) {
        c.current = before;
        for (At at; side->next(c, at);)
          if (seen.add(at, c.run.arena)) found_.add(at, c.run.arena);
      }
    }
    return found_.next(out);
  }

private:
  Query *left_, *right_;
  Collected found_;
};

class ReverseQuery : public Query {
public:
  explicit ReverseQuery(Query* of) : of_(of) {}
  Query* clone(Arena& a) const override { return a.make<ReverseQuery>(of_->clone(a)); }
  Gives gives() const override { return Gives::Any; }
  Result evaluate(EvaluationContext& c) override {
    of_->evaluate(c);
    found_ = {};
    return of_nodes(this);
  }

protected:
  bool find(EvaluationContext& c, At& out) override {
    if (!found_.ready) {
      found_.ready = true;
      for (At at; of_->next(c, at);) found_.add(at, c.run.arena);
    }
    if (found_.at >= found_.size) return false;
    out = found_.nodes[found_.size - ++found_.at];
    return true;
  }

private:
  Query* of_;
  Collected found_;
};

}  // namespace

Query* make_context(Arena& a) {
  return a.make<ContextQuery>();
}
Query* make_root(Arena& a) {
  return a.make<RootQuery>();
}
Query* make_constant(Arena& a, Result r) {
  return a.make<ConstantQuery>(r);
}
Query* make_filter(Arena& a, Query* from, Query* condition) {
  return a.make<FilterQuery>(from, condition);
}
Query* make_merge(Arena& a, Query* from, Query* child) {
  return a.make<MergeQuery>(from, child);
}
Query* make_group(Arena& a, Query* of) {
  return a.make<GroupQuery>(of);
}
Query* make_logic(Arena& a, bool is_or, Query* left, Query* right) {
  return a.make<LogicQuery>(is_or, left, right);
}
Query* make_union(Arena& a, Query* left, Query* right) {
  return a.make<UnionQuery>(left, right);
}
Query* make_reverse(Arena& a, Query* of) {
  return a.make<ReverseQuery>(of);
}

Query* make_step(Arena& a, Axis axis, const Test& test, Query* from, bool over_descendants) {
  switch (axis) {
  case Axis::Ancestor: return a.make<AncestorQuery>(test, from, false);
  case Axis::AncestorOrSelf: return a.make<AncestorQuery>(test, from, true);
  case Axis::Attribute: return a.make<AttributeQuery>(test, from);
  case Axis::Child: return a.make<ChildQuery>(test, from);
  case Axis::Descendant:
  case Axis::DescendantOrSelf: {
    const bool self = axis == Axis::DescendantOrSelf;
    if (over_descendants) return a.make<OverDescendantsQuery>(test, from, self);
    return a.make<DescendantQuery>(test, from, self);
  }
  case Axis::Following: return a.make<BesideQuery>(test, from, true, false);
  case Axis::FollowingSibling: return a.make<BesideQuery>(test, from, true, true);
  case Axis::Parent: return a.make<ParentQuery>(test, from);
  case Axis::Preceding: return a.make<BesideQuery>(test, from, false, false);
  case Axis::PrecedingSibling: return a.make<BesideQuery>(test, from, false, true);
  case Axis::Self: return a.make<SelfQuery>(test, from);
  }
  return nullptr;
}

}  // namespace whittle::ottl::xpath
