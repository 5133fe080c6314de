// SPDX-License-Identifier: Apache-2.0
// An editor that takes care of attributes which are too many or too long has nothing to do for nearly all messages, and
// to find that out by making a map of them costs more than everything else does. The messages know their number and
// their sizes.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

namespace whittle::ir {

namespace {

// Editors that leave a map alone in which nothing exceeds their second argument.
struct Sparing {
  std::string_view name;
  bool longer;  // nothing is longer; else: there are not more
};
constexpr Sparing kSparing[] = {{"limit", false}, {"truncate_all", true}};

const Instruction* made_by(const Block& b, ValueId id) {
  for (const Instruction& i : b.code)
    if (i.id == id) return &i;
  return nullptr;
}

// What has to hold for a statement to do anything: an Exceeds without a number of its own. Without `path`: always.
Instruction needs(const Statement& s) {
  const Instruction* write = nullptr;
  for (const Instruction& i : s.body.code) {
    if (!has_effect(i)) continue;
    if (write) return {};
    write = &i;
  }
  if (!write || write->op != Op::Write || !is_attributes(*write->path) || write->operands.size() != 2) return {};
  const Instruction *call = made_by(s.body, write->operands[0]), *map = made_by(s.body, write->operands[1]);
  if (!call || call->op != Op::Call || !call->function || !map || map->op != Op::Read || map->path != write->path)
    return {};
  for (const Instruction& i : s.body.code)
    if (&i != call && &i != write && !idle(i)) return {};
  const Sparing* sparing = std::ranges::find(kSparing, call->function->name, &Sparing::name);
  if (sparing == std::end(kSparing) || call->operands.size() < 2 || call->operands[0] != map->id) return {};
  const Instruction* bound = made_by(s.body, call->operands[1]);
  if (!bound || bound->op != Op::Constant || !std::holds_alternative<int64_t>(bound->constant)) return {};
  Instruction out;
  out.op = Op::Exceeds;
  out.type = Type::Bool;
  out.path = map->path;
  out.level = map->level;
  out.longer = sparing->longer;
  out.constant = bound->constant;
  return out;
}

void guard(Pass& pass, Statement& s) {
  Instruction exceeds = needs(s);
  if (!exceeds.path) return;
  exceeds.id = pass.values++;
  const ValueId id = exceeds.id;
  Block own;
  own.code.push_back(std::move(exceeds));
  own.result = id;
  if (s.guard.result == kNone) {
    s.guard = std::move(own);
    return;
  }
  Instruction both;
  both.op = Op::And;
  both.type = Type::Bool;
  both.id = pass.values++;
  both.blocks.push_back(std::move(s.guard));
  both.blocks.push_back(std::move(own));
  each_instruction(both.blocks[0], [&](const Instruction& i) { both.fails |= i.fails; });
  s.guard = {};
  s.guard.result = both.id;
  s.guard.code.push_back(std::move(both));
}

}  // namespace

void spare_editors(Program& program) {
  for (Pass& pass : program.passes)
    for (Section& section : pass.sections)
      for (Statement& s : section.statements) guard(pass, s);
}

}  // namespace whittle::ir
