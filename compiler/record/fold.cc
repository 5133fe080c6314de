// SPDX-License-Identifier: Apache-2.0
// What constants decide. The reference does some of it when it reads a config (build.cc); here is the rest, which
// nobody can tell from outside: only what cannot fail is left out.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

#include <map>
#include <optional>

namespace whittle::ir {

namespace {

class Folder {
public:
  void block(Block& b) {
    std::vector<Instruction> before;
    before.swap(b.code);
    for (Instruction& i : before) instruction(std::move(i), b.code);
    b.result = now(b.result);
  }

  // The truth value of a block that does nothing else.
  std::optional<bool> decided(const Block& b) const {
    if (b.result == kNone || !idle(b)) return std::nullopt;
    auto at = constants_.find(b.result);
    const bool* truth = at == constants_.end() ? nullptr : std::get_if<bool>(&at->second);
    return truth ? std::optional(*truth) : std::nullopt;
  }

private:
  ValueId now(ValueId id) const {
    auto at = same_.find(id);
    return at == same_.end() ? id : at->second;
  }
  const Literal* constant(ValueId id) const {
    auto at = constants_.find(id);
    return at == constants_.end() ? nullptr : &at->second;
  }

  static Instruction constant_of(ValueId id, bool value) {
    Instruction i;
    i.op = Op::Constant;
    i.id = id;
    i.type = Type::Bool;
    i.constant = value;
    return i;
  }

  void instruction(Instruction i, std::vector<Instruction>& out) {
    for (ValueId& o : i.operands) o = now(o);
    for (Block& b : i.blocks) block(b);
    if (i.op == Op::And || i.op == Op::Or) return chain(std::move(i), out);
    if (i.op == Op::IsTrue && i.type == TypeSet(Type::Bool)) {
      const Literal* of = constant(i.operands[0]);
      if (of && std::holds_alternative<bool>(*of)) {
        same_[i.id] = i.operands[0];
        return;
      }
    }
    if (i.op == Op::Not) {
      if (auto at = opposites_.find(i.operands[0]); at != opposites_.end()) {
        same_[i.id] = at->second;
        return;
      }
      opposites_[i.id] = i.operands[0];
    }
    if (std::optional<bool> value = decided(i)) i = constant_of(i.id, *value);
    if (i.op == Op::Constant && !i.pattern && !i.function && !i.bytes) constants_[i.id] = i.constant;
    out.push_back(std::move(i));
  }

  std::optional<bool> decided(const Instruction& i) const {
    if (i.operands.empty()) return std::nullopt;
    const Literal* of = constant(i.operands[0]);
    if (!of) return std::nullopt;
    switch (i.op) {
    case Op::Not:
      if (const bool* truth = std::get_if<bool>(of)) return !*truth;
      return std::nullopt;
    case Op::Present: return !std::holds_alternative<std::monostate>(*of);
    case Op::Same:
      if (std::holds_alternative<double>(*of)) return std::nullopt;
      return *of == i.constant;
    case Op::Match:
      if (i.pattern) return std::nullopt;
      if (const auto* text = std::get_if<std::string>(of)) return std::ranges::find(i.keys, *text) != i.keys.end();
      return false;
    case Op::Compare: {
      const Literal* other = constant(i.operands[1]);
      if (!other || other->index() != of->index() || std::holds_alternative<double>(*of)) return std::nullopt;
      if (i.operation == ottl::Operator::Equal) return *of == *other;
      if (i.operation == ottl::Operator::NotEqual) return *of != *other;
      return std::nullopt;
    }
    default: return std::nullopt;
    }
  }

  // Operands that decide nothing go, what comes after one that decides is never reached, and a chain within one of its
  // own kind is part of it.
  void chain(Instruction i, std::vector<Instruction>& out) {
    const bool decides = i.op == Op::Or;
    std::vector<Block> left;
    for (Block& b : i.blocks) {
      const std::optional<bool> value = decided(b);
      if (value && *value != decides) continue;
      const bool inner = b.code.size() == 1 && b.code[0].op == i.op && b.code[0].id == b.result;
      if (inner) std::ranges::move(b.code[0].blocks, std::back_inserter(left));
      else left.push_back(std::move(b));
      if (value) break;
    }
    if (left.empty() || (left.size() == 1 && decided(left[0]))) {
      const bool value = left.empty() ? !decides : decides;
      constants_[i.id] = value;
      out.push_back(constant_of(i.id, value));
      return;
    }
    if (left.size() == 1) {
      std::ranges::move(left[0].code, std::back_inserter(out));
      same_[i.id] = left[0].result;
      return;
    }
    i.fails = std::ranges::any_of(left, [](const Block& b) { return !idle(b); });
    i.blocks = std::move(left);
    out.push_back(std::move(i));
  }

  std::map<ValueId, ValueId> same_;       // values that are gone, and what they were
  std::map<ValueId, ValueId> opposites_;  // of what is the opposite of a value: that value
  std::map<ValueId, Literal> constants_;
};

// Conditions that cannot fail are one: whichever holds, the same happens.
void join_conditions(Pass& pass, Section& s) {
  for (size_t k = 0; k + 1 < s.conditions.size();) {
    if (!idle(s.conditions[k]) || !idle(s.conditions[k + 1])) {
      ++k;
      continue;
    }
    Instruction any;
    any.op = Op::Or;
    any.type = Type::Bool;
    any.id = pass.values++;
    any.blocks.push_back(std::move(s.conditions[k]));
    any.blocks.push_back(std::move(s.conditions[k + 1]));
    Block joined;
    joined.result = any.id;
    joined.code.push_back(std::move(any));
    s.conditions[k] = std::move(joined);
    const auto next = static_cast<ptrdiff_t>(k + 1);
    if (!s.condition_texts[k + 1].empty()) s.condition_texts[k] += " or " + s.condition_texts[k + 1];
    s.conditions.erase(s.conditions.begin() + next);
    s.condition_texts.erase(s.condition_texts.begin() + next);
  }
}

// False: the section does nothing.
bool fold_section(Folder& folder, Pass& pass, Section& s) {
  join_conditions(pass, s);
  const bool had_conditions = !s.conditions.empty();
  for (size_t k = 0; k < s.conditions.size();) {
    folder.block(s.conditions[k]);
    const std::optional<bool> value = folder.decided(s.conditions[k]);
    if (value == true) {
      // Whatever comes after it is not asked.
      s.conditions.resize(k + 1);
      s.condition_texts.resize(k + 1);
      if (k == 0) s.conditions.clear(), s.condition_texts.clear();
      break;
    }
    if (value == false && (!s.keeps || s.conditions.size() > 1)) {
      s.conditions.erase(s.conditions.begin() + static_cast<ptrdiff_t>(k));
      s.condition_texts.erase(s.condition_texts.begin() + static_cast<ptrdiff_t>(k));
      if (s.conditions.empty()) return false;
      continue;
    }
    ++k;
  }
  if (had_conditions && s.conditions.empty() && s.keeps) return false;
  for (Statement& t : s.statements) {
    folder.block(t.guard);
    folder.block(t.body);
  }
  std::erase_if(s.statements, [&](const Statement& t) { return folder.decided(t.guard) == false; });
  for (Statement& t : s.statements)
    if (folder.decided(t.guard) == true) t.guard = {};
  return s.drops || !s.statements.empty() || !std::ranges::all_of(s.conditions, [](const Block& b) { return idle(b); });
}

}  // namespace

void fold(Program& program) {
  for (Pass& pass : program.passes) {
    Folder folder;
    std::erase_if(pass.sections, [&](Section& s) { return !fold_section(folder, pass, s); });
  }
  // One that drops also takes away what was empty before.
  std::erase_if(program.passes, [](const Pass& pass) { return pass.sections.empty() && !pass.drops; });
}

}  // namespace whittle::ir
