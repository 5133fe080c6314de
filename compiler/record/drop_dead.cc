// SPDX-License-Identifier: Apache-2.0
// What nobody uses goes. So does a write whose field the next statement writes for certain, without looking at it.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

namespace whittle::ir {

namespace {

class Uses {
public:
  explicit Uses(const Pass& pass) : used_(pass.values) {
    auto use = [&](ValueId id) {
      if (id != kNone) used_[id] = true;
    };
    each_block(pass, [&](const Block& b) { use(b.result); });
    each_instruction(pass, [&](const Instruction& i) {
      for (ValueId o : i.operands) use(o);
      for (const Block& b : i.blocks) use(b.result);
    });
  }
  bool any(ValueId id) const { return used_[id]; }

private:
  std::vector<bool> used_;
};

// Whether something went.
bool drop_unused(Block& b, const Uses& uses) {
  bool any = std::erase_if(b.code, [&](const Instruction& i) { return !uses.any(i.id) && idle(i); }) > 0;
  for (Instruction& i : b.code)
    for (Block& inner : i.blocks) any |= drop_unused(inner, uses);
  return any;
}

void drop_unused(Pass& pass) {
  for (bool any = true; any;) {
    const Uses uses(pass);
    any = false;
    each_block(pass, [&](Block& b) { any |= drop_unused(b, uses); });
  }
}

void drop_hoisted(Pass& pass) {
  std::vector<bool> used(pass.hoisted.size());
  each_instruction(pass, [&](Instruction& i) {
    if (i.op == Op::Hoisted) used[i.index] = true;
  });
  std::vector<Hoisted> left;
  std::vector<uint32_t> place(used.size());
  for (size_t k = 0; k < used.size(); ++k) {
    place[k] = static_cast<uint32_t>(left.size());
    if (used[k]) left.push_back(std::move(pass.hoisted[k]));
  }
  pass.hoisted = std::move(left);
  each_instruction(pass, [&](Instruction& i) {
    if (i.op == Op::Hoisted) i.index = place[i.index];
  });
}

const Instruction* only_write(const Block& b) {
  const Instruction* found = nullptr;
  for (const Instruction& i : b.code) {
    if (i.op == Op::WithPart || (has_effect(i) && found)) return nullptr;
    if (has_effect(i)) found = &i;
  }
  return found;
}

TypeSet type_of(const Block& b, ValueId id) {
  TypeSet out = ottl::kAnyValue;
  each_instruction(b, [&](const Instruction& i) {
    if (i.id == id) out = i.type;
  });
  return out;
}

// A statement that writes a constant or what it read to a key, and nothing that could fail.
bool is_overwritten(const Statement& first, const Statement& second) {
  const Instruction *a = only_write(first.body), *b = only_write(second.body);
  if (!a || !b || a->op != Op::WriteKey || b->op != Op::WriteKey || !same_key(*a, *b)) return false;
  if (second.guard.result != kNone) return false;
  auto certain = [](const Block& body, const Instruction* write) {
    for (const Instruction& i : body.code)
      if (&i != write && !idle(i)) return false;
    return type_of(body, write->operands[0]).within(ottl::kStorable.without(Type::Nil));
  };
  if (!certain(first.body, a) || !certain(second.body, b)) return false;
  bool looks = false;
  each_instruction(second.body, [&](const Instruction& i) { looks |= disturbs(*a, i); });
  return !looks && (first.guard.result == kNone || idle(first.guard));
}

}  // namespace

void drop_dead(Program& program) {
  for (Pass& pass : program.passes) {
    for (Section& s : pass.sections)
      for (size_t k = 0; k + 1 < s.statements.size();) {
        if (is_overwritten(s.statements[k], s.statements[k + 1]))
          s.statements.erase(s.statements.begin() + static_cast<ptrdiff_t>(k));
        else ++k;
      }
    drop_unused(pass);
    drop_hoisted(pass);
    drop_unused(pass);
  }
}

}  // namespace whittle::ir
