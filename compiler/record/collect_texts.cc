// SPDX-License-Identifier: Apache-2.0
// `x == "a" or x == "b"` looks at x once: comparisons of one value with texts, one behind the other, become one with
// all of them, which machine code decides by the size (compiler/lower).
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

#include <optional>

namespace whittle::ir {

namespace {

class Collector {
public:
  explicit Collector(Pass& pass) : pass_(pass) {}

  void run() {
    each_block(pass_, [&](Block& b) { block(b); });
    rename(pass_, same_);
  }

private:
  // Whether a value is one of some texts.
  struct Question {
    ValueId of;
    std::vector<std::string> texts;
  };

  void block(Block& b) {
    std::vector<Instruction> before;
    before.swap(b.code);
    for (Instruction& i : before) {
      if (i.op == Op::Constant && !i.pattern && !i.function && !i.bytes)
        if (auto* text = std::get_if<std::string>(&i.constant)) texts_[i.id] = *text;
      for (Block& inner : i.blocks) block(inner);
      if (i.op == Op::Or || i.op == Op::And) chain(i);
      if (i.blocks.size() == 1 && i.op != Op::FirstOf) {
        // A chain of one operand is that operand.
        std::ranges::move(i.blocks[0].code, std::back_inserter(b.code));
        same_[i.id] = i.blocks[0].result;
      } else {
        b.code.push_back(std::move(i));
      }
    }
  }

  // What the instruction asks: that it is one of the texts, or with `none` that it is none of them.
  std::optional<Question> question(const Instruction& i, bool none) const {
    if (i.op == Op::Match && !i.pattern && !none) return Question{i.operands[0], i.keys};
    if (i.op != Op::Compare || i.operation != (none ? ottl::Operator::NotEqual : ottl::Operator::Equal))
      return std::nullopt;
    for (size_t side = 0; side < 2; ++side)
      if (auto at = texts_.find(i.operands[side]); at != texts_.end())
        return Question{i.operands[1 - side], {at->second}};
    return std::nullopt;
  }
  std::optional<Question> question(const Block& b, bool none) const {
    if (b.code.empty() || b.code.back().id != b.result) return std::nullopt;
    return question(b.code.back(), none);
  }

  void chain(Instruction& i) {
    const bool none = i.op == Op::And;
    std::vector<Block> left;
    for (size_t k = 0; k < i.blocks.size();) {
      Block& first = i.blocks[k++];
      std::optional<Question> asked = question(first, none);
      const size_t before = left.size() + i.blocks.size() - k;
      for (; asked && k < i.blocks.size(); ++k) {
        Block& next = i.blocks[k];
        const std::optional<Question> more = question(next, none);
        const bool constants = std::all_of(next.code.begin(), next.code.empty() ? next.code.end() : next.code.end() - 1,
                                           [](const Instruction& c) { return c.op == Op::Constant; });
        if (!more || more->of != asked->of || !constants) break;
        for (const std::string& t : more->texts)
          if (std::ranges::find(asked->texts, t) == asked->texts.end()) asked->texts.push_back(t);
        // Others may use its constants.
        first.code.insert(first.code.end() - 1, std::make_move_iterator(next.code.begin()),
                          std::make_move_iterator(next.code.end() - 1));
      }
      if (left.size() + i.blocks.size() - k < before) ask(first, std::move(*asked), none);
      left.push_back(std::move(first));
    }
    i.blocks = std::move(left);
  }

  void ask(Block& b, Question q, bool none) {
    Instruction one_of;
    one_of.op = Op::Match;
    one_of.type = Type::Bool;
    one_of.id = none ? pass_.values++ : b.result;
    one_of.operands = {q.of};
    one_of.keys = std::move(q.texts);
    Instruction opposite;
    opposite.op = Op::Not;
    opposite.type = Type::Bool;
    opposite.id = b.result;
    opposite.operands = {one_of.id};
    b.code.back() = std::move(one_of);
    if (none) b.code.push_back(std::move(opposite));
  }

  Pass& pass_;
  std::map<ValueId, std::string> texts_;
  std::map<ValueId, ValueId> same_;  // values that are gone, and what they were
};

}  // namespace

void collect_texts(Program& program) {
  for (Pass& pass : program.passes) Collector(pass).run();
}

}  // namespace whittle::ir
