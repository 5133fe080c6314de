// SPDX-License-Identifier: Apache-2.0
// A truth value that depends only on the resource or scope, which nothing of the pass writes to, is found once for each
// of these and not for every record. Among operands of a chain that cannot fail these come first: they cost nothing.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace whittle::ir {

namespace {

class Hoister {
public:
  explicit Hoister(Pass& pass) : pass_(pass), written_(levels_written(pass)) {}

  void run() {
    each_block(pass_, [&](const Block& b) {
      learn(b);
      needed_.insert(b.result);
    });
    each_instruction(std::as_const(pass_), [&](const Instruction& i) {
      for (ValueId o : i.operands) ++uses_[o];
      if (levels_.contains(i.id)) return;
      needed_.insert(i.operands.begin(), i.operands.end());
      for (const Block& b : i.blocks) needed_.insert(b.result);
    });
    for (Section& s : pass_.sections) {
      for (Block& c : s.conditions) replace(c);
      for (Statement& t : s.statements) {
        replace(t.guard);
        replace(t.body);
      }
    }
    sort_by_level();
  }

private:
  void learn(const Block& b) {
    for (const Instruction& i : b.code) {
      for (const Block& inner : i.blocks) learn(inner);
      made_[i.id] = i;
      if (auto level = level_of(i)) levels_[i.id] = *level;
    }
  }

  // The outermost level whose message has to be open for this to be known; none: it may not be hoisted.
  std::optional<Level> level_of(const Instruction& i) const {
    if (i.fails || has_effect(i)) return std::nullopt;
    Level level = Level::Resource;
    switch (i.op) {
    case Op::Constant: break;
    case Op::Read:
      if (is_attributes(*i.path)) return std::nullopt;
      [[fallthrough]];
    case Op::ReadKey:
    case Op::HasKey:
      if (i.level >= pass_.level || (written_ >> static_cast<uint32_t>(i.level) & 1)) return std::nullopt;
      level = i.level;
      break;
    case Op::Present:
    case Op::Same:
    case Op::Match:
    case Op::Compare:
    case Op::Not:
    case Op::TextOf:
    case Op::IsTrue:
    case Op::And:
    case Op::Or: break;
    default: return std::nullopt;
    }
    auto needs = [&](ValueId id) {
      auto at = levels_.find(id);
      if (at == levels_.end()) return false;
      level = std::max(level, at->second);
      return true;
    };
    for (ValueId o : i.operands)
      if (!needs(o)) return std::nullopt;
    for (const Block& b : i.blocks) {
      for (const Instruction& inner : b.code)
        if (!needs(inner.id)) return std::nullopt;
      if (!needs(b.result)) return std::nullopt;
    }
    return level;
  }

  void replace(Block& b) {
    for (Instruction& i : b.code) {
      const auto level = levels_.find(i.id);
      const bool truth = i.type == TypeSet(Type::Bool) && i.op != Op::Constant;
      if (truth && needed_.contains(i.id) && level != levels_.end() && pass_.hoisted.size() < kMostHoisted) {
        hoist(i, level->second);
        continue;
      }
      for (Block& inner : i.blocks) replace(inner);
      if (i.op == Op::And || i.op == Op::Or) cheap_first(i);
    }
  }

  // The part of a chain in front that cannot fail may be asked in any order.
  void cheap_first(Instruction& chain) {
    auto end = std::ranges::find_if(chain.blocks, [](const Block& b) { return !idle(b); });
    auto begin = chain.blocks.begin();
    if (begin != end && used_elsewhere(*begin)) ++begin;
    std::vector<Block> known, others;
    for (auto b = begin; b != end; ++b) {
      const bool cheap =
          std::ranges::any_of(b->code, [&](const Instruction& i) { return i.op == Op::Hoisted && i.id == b->result; });
      (cheap ? known : others).push_back(std::move(*b));
    }
    std::ranges::move(others, std::ranges::move(known, begin).out);
  }

  // What is made in the first operand others may use, also behind the chain.
  bool used_elsewhere(const Block& b) const {
    std::map<ValueId, int> within;
    each_instruction(b, [&](const Instruction& i) {
      within.try_emplace(i.id);
      for (ValueId o : i.operands) ++within[o];
    });
    return std::ranges::any_of(within, [&](const auto& v) {
      auto at = uses_.find(v.first);
      return made_in(b, v.first) && at != uses_.end() && at->second > v.second;
    });
  }
  static bool made_in(const Block& b, ValueId id) {
    bool found = false;
    each_instruction(b, [&](const Instruction& i) { found |= i.id == id; });
    return found;
  }

  void hoist(Instruction& i, Level level) {
    Hoisted h;
    h.level = level;
    std::map<ValueId, ValueId> names;
    copy(i, h.block, names);
    h.block.result = names.at(i.id);
    Instruction known;
    known.op = Op::Hoisted;
    known.id = i.id;
    known.type = Type::Bool;
    known.index = static_cast<uint32_t>(pass_.hoisted.size());
    pass_.hoisted.push_back(std::move(h));
    i = std::move(known);
  }

  // The instruction with all that it needs, under names of its own.
  void copy(const Instruction& i, Block& to, std::map<ValueId, ValueId>& names) {
    if (names.contains(i.id)) return;
    Instruction made = i;
    for (ValueId& o : made.operands) {
      copy(made_.at(o), to, names);
      o = names.at(o);
    }
    for (Block& b : made.blocks) {
      Block inner;
      auto own = names;  // what an operand makes only those behind it may use, and they make it anew
      for (const Instruction& k : b.code) copy(k, inner, own);
      if (!own.contains(b.result)) copy(made_.at(b.result), inner, own);
      inner.result = own.at(b.result);
      b = std::move(inner);
    }
    made.id = pass_.values++;
    names[i.id] = made.id;
    to.code.push_back(std::move(made));
  }
  void sort_by_level() {
    std::vector<uint32_t> place(pass_.hoisted.size());
    std::vector<uint32_t> order(pass_.hoisted.size());
    for (uint32_t k = 0; k < order.size(); ++k) order[k] = k;
    std::ranges::sort(order, {}, [&](uint32_t k) { return std::pair(pass_.hoisted[k].level, k); });
    std::vector<Hoisted> sorted;
    for (uint32_t k = 0; k < order.size(); ++k) {
      place[order[k]] = k;
      sorted.push_back(std::move(pass_.hoisted[order[k]]));
    }
    pass_.hoisted = std::move(sorted);
    each_instruction(pass_, [&](Instruction& i) {
      if (i.op == Op::Hoisted) i.index = place[i.index];
    });
  }

  Pass& pass_;
  const uint32_t written_;
  std::map<ValueId, Instruction> made_;
  std::map<ValueId, Level> levels_;  // of what may be hoisted
  std::set<ValueId> needed_;         // by what may not, or by no instruction
  std::map<ValueId, int> uses_;      // by instructions
};

}  // namespace

void hoist(Program& program) {
  for (Pass& pass : program.passes) Hoister(pass).run();
}

}  // namespace whittle::ir
