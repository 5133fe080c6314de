// SPDX-License-Identifier: Apache-2.0
// A value may be used where it has certainly been made: behind it in its block and in the blocks within that; of a
// chain's blocks, the first one's values by all that follow it; of a statement, the guard's by the body, and what
// cannot have been skipped by a failure by the statements after it.
#include "compiler/record/rewrite.h"
#include "compiler/record/visit.h"

#include <map>
#include <vector>

namespace whittle::ir {

namespace {

class Verifier {
public:
  explicit Verifier(const Pass& pass) : pass_(pass) {}

  std::string run() {
    Made before{std::vector<uint8_t>(pass_.values)};
    for (const Hoisted& h : pass_.hoisted) {
      Made own = before;
      walk(h.block, own, true);
      if (!truth(h.block)) complain("a hoisted value that is no truth value");
      if (!idle(h.block)) complain("a hoisted value that may fail");
      if (h.level >= pass_.level) complain("a hoisted value of the pass' own level");
    }
    for (const Section& s : pass_.sections) section(s, before);
    return wrong_;
  }

private:
  // Values that have been made, and whether no failure can have come before.
  struct Made {
    enum State : uint8_t { No, Perhaps, Surely };
    std::vector<uint8_t> state;  // by value
    bool may_have_failed = false;

    bool has(ValueId id) const { return id < state.size() && state[id] != No; }
    void add(ValueId id) {
      if (id < state.size()) state[id] = may_have_failed ? Perhaps : Surely;
    }
    // On the way on, whether or not something failed.
    void after_failure() {
      for (uint8_t& s : state)
        if (s == Perhaps) s = No;
      may_have_failed = false;
    }
  };

  void complain(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }

  bool truth(const Block& b) {
    for (const Instruction& i : b.code) types_[i.id] = i.type;
    return b.result != kNone && types_[b.result] == TypeSet(Type::Bool);
  }

  void section(const Section& s, Made& before) {
    if (s.conditions.size() != s.condition_texts.size()) complain("conditions without their texts");
    Made now = before;
    Made then = before;
    for (size_t k = 0; k < s.conditions.size(); ++k) {
      walk(s.conditions[k], now, false);
      if (!truth(s.conditions[k])) complain("a condition that is no truth value");
      if (k == 0) {
        then = now;
        if (s.conditions.size() > 1) then.after_failure();
        before = now;
        before.after_failure();
      }
      now.after_failure();
    }
    for (const Statement& t : s.statements) {
      Made own = then;
      own.may_have_failed = false;
      if (t.guard.result != kNone) {
        walk(t.guard, own, false);
        if (!truth(t.guard)) complain("a guard that is no truth value");
        then = own;
        then.after_failure();
        walk(t.body, own, true);
      } else {
        walk(t.body, own, true);
        then = own;
        then.after_failure();
      }
    }
  }

  void walk(const Block& b, Made& made, bool may_write) {
    for (const Instruction& i : b.code) instruction(i, made, may_write);
    if (b.result != kNone && !made.has(b.result)) complain("a result that was not made");
  }

  // What machine code has a way out of (compiler/lower/program_code.cc).
  static bool may_fail(const Instruction& i) {
    switch (i.op) {
    case Op::Map: return !i.operands.empty();
    case Op::Write:
    case Op::WriteKey:
    case Op::WriteCache:
    case Op::Part:
    case Op::WithPart:
    case Op::Call:
    case Op::Edit:
    case Op::Arithmetic:
    case Op::Negate: return true;
    default: return false;
    }
  }

  void instruction(const Instruction& i, Made& made, bool may_write) {
    types_[i.id] = i.type;
    if (i.id >= pass_.values) complain("a value with a number that was not given");
    for (ValueId o : i.operands)
      if (o != kNone && !made.has(o)) complain("%" + std::to_string(o) + " used where it was not made");
    if (has_effect(i) && !may_write) complain("a condition with an effect");
    const bool takes_path = i.op == Op::Read || i.op == Op::Write || i.op == Op::ReadKey || i.op == Op::WriteKey ||
                            i.op == Op::DeleteKey || i.op == Op::HasKey || i.op == Op::Exceeds;
    if (takes_path && i.path == nullptr) complain("a field without a path");
    if ((takes_path || i.op == Op::Edit) && i.level > pass_.level) complain("a level that is not open");
    if (may_fail(i) && !i.fails) complain("something that may fail and does not say so");
    if (i.op == Op::Hoisted && i.index >= pass_.hoisted.size()) complain("a hoisted value that is not there");
    const bool chain = i.op == Op::And || i.op == Op::Or || i.op == Op::FirstOf;
    if (chain != !i.blocks.empty()) complain("blocks where none belong, or none where some do");
    Made within;
    if (!i.blocks.empty()) within = made;
    for (size_t k = 0; k < i.blocks.size(); ++k) {
      walk(i.blocks[k], within, false);
      if (i.op != Op::FirstOf && !truth(i.blocks[k])) complain("an operand that is no truth value");
      if (k == 0) made = within;
      else made.may_have_failed |= within.may_have_failed;
    }
    if (i.fails) made.may_have_failed = true;
    made.add(i.id);
  }

  const Pass& pass_;
  std::map<ValueId, TypeSet> types_;
  std::string wrong_;
};

}  // namespace

std::string verify(const Program& program) {
  using schema::Signal;
  const Level innermost = program.signal == Signal::Metrics  ? Level::Exemplar
                          : program.signal == Signal::Traces ? Level::Inner
                                                             : Level::Record;
  for (const Pass& pass : program.passes) {
    if (pass.level > innermost) return "a level that the signal's records do not have";
    if (std::string wrong = Verifier(pass).run(); !wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace whittle::ir
