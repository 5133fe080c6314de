// SPDX-License-Identifier: Apache-2.0
// Queries: what expressions become. A query gives its nodes one after the other, and keeps its place between calls;
// where it stands in a predicate it is evaluated anew for each node. Results depend on these places, so queries are
// those of antchfx/xpath, one class for one of its.
#pragma once

#include "runtime/ottl/xpath_tree.h"

namespace whittle::ottl::xpath {

// A node, or one of its attributes.
struct At {
  XmlNode* node = nullptr;
  int32_t attribute = -1;
  bool operator==(const At&) const = default;
};

class Query;

// What a query is evaluated in.
struct EvaluationContext {
  Run& run;
  XmlNode* root;
  At current;
  uint64_t work = 0;
  bool failed = false;

  // Nodes looked at, and bytes of texts made, that one path may take.
  static constexpr uint64_t kMostWork = 16u << 20;
  // Counts work; false when all is to end.
  bool go_on(uint64_t n = 1) {
    work += n;
    if (work > kMostWork) fail("the XPath takes too long");
    return !failed;
  }
  void fail(const char* why) {
    if (!failed) run.fail(why);
    failed = true;
  }
};

// ---- moving about
// ----------------------------------------------------------------------------------------------------------

NodeType type_of(const At& at);
Text local_name(const At& at);
Text prefix_of(const At& at);
Text namespace_of(const At& at);
Text value_of(EvaluationContext& c, const At& at);
bool to_parent(At& at);
bool to_child(At& at);
bool to_next(At& at);  // over texts that are nothing but white space
bool to_previous(At& at);
bool to_first(At& at);
bool to_next_attribute(At& at);
bool passes(const Test& test, const At& at);

// ---- results
// ---------------------------------------------------------------------------------------------------------------

struct Result {
  enum class Kind : uint8_t { None, Bool, Number, Integer, Text, Nodes };
  Kind kind = Kind::None;
  bool truth = false;
  double number = 0;
  Text text{};
  Query* nodes = nullptr;
};
inline Result of_bool(bool b) {
  return {.kind = Result::Kind::Bool, .truth = b};
}
inline Result of_number(double d) {
  return {.kind = Result::Kind::Number, .number = d};
}
inline Result of_text(Text t) {
  return {.kind = Result::Kind::Text, .text = t};
}
inline Result of_nodes(Query* q) {
  return {.kind = Result::Kind::Nodes, .nodes = q};
}

class Query {
public:
  enum class Gives : uint8_t { Bool, Number, Text, Nodes, Any };

  // The next node. False at the end, and where the context failed.
  bool next(EvaluationContext& c, At& out) { return c.go_on() && find(c, out) && !c.failed; }
  virtual Result evaluate(EvaluationContext& c) = 0;
  virtual Query* clone(Arena& a) const = 0;
  virtual Gives gives() const { return Gives::Nodes; }
  virtual bool merges() const { return true; }
  virtual uint64_t position() const { return 1; }  // of the last node among those from the same start
  virtual int depth() const { return 0; }
  virtual bool is_context() const { return false; }
  virtual bool is_call() const { return false; }
  virtual bool is_filter_or_group() const { return false; }
  // The query that a step or group starts from.
  virtual Query** start() { return nullptr; }
  // Whether a node would pass a step's own test; all do where there is none.
  virtual bool tests(const At&) const { return true; }

protected:
  virtual bool find(EvaluationContext& c, At& out) = 0;
};

// A list of nodes that was collected.
struct Collected {
  At* nodes = nullptr;
  uint32_t size = 0, room = 0, at = 0;
  bool ready = false;

  void add(const At& n, Arena& arena);
  bool next(At& out) {
    if (at >= size) return false;
    out = nodes[at++];
    return true;
  }
};

// The query of an expression, with places of its own; null, with the reason in the run, where there can be none.
Query* build(Run& run, const Expression& e);

// A call of a function, `arguments` in order. `input`: what position() and last() count among.
Query* make_call(Arena& a, Function function, Query* input, Query** arguments, uint32_t count);
Query* make_comparison(Arena& a, Op op, Query* left, Query* right);
Query* make_arithmetic(Arena& a, Op op, Query* left, Query* right);
// The number of nodes that a query has, whatever the node that is looked at.
Query* make_last(Arena& a, Query* input);
Query* input_of_call(Query* call);

Query* make_context(Arena& a);
Query* make_root(Arena& a);
Query* make_constant(Arena& a, Result r);
Query* make_step(Arena& a, Axis axis, const Test& test, Query* from, bool over_descendants);
Query* make_filter(Arena& a, Query* from, Query* condition);
Query* make_merge(Arena& a, Query* from, Query* child);
Query* make_group(Arena& a, Query* of);
Query* make_logic(Arena& a, bool is_or, Query* left, Query* right);
Query* make_union(Arena& a, Query* left, Query* right);
Query* make_reverse(Arena& a, Query* of);

bool as_bool(EvaluationContext& c, const Result& r);
double as_number(EvaluationContext& c, const Result& r);
Text as_string(EvaluationContext& c, const Result& r);

}  // namespace whittle::ottl::xpath
