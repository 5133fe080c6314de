// SPDX-License-Identifier: Apache-2.0
// Walks over the blocks and instructions of a program, and what an instruction looks at and changes.
#pragma once

#include "compiler/record/ir.h"

#include <algorithm>
#include <map>

namespace whittle::ir {

// Every block of a pass that stands in no other, in the order in which they run. P and S may be const.
template <class P, class F>
void each_block(P& pass, const F& f) {
  for (auto& h : pass.hoisted) f(h.block);
  for (auto& section : pass.sections) {
    for (auto& condition : section.conditions) f(condition);
    for (auto& statement : section.statements) {
      f(statement.guard);
      f(statement.body);
    }
  }
}

// Every instruction of a block, those within others behind them.
template <class B, class F>
void each_instruction(B& block, const F& f) {
  for (auto& i : block.code) {
    f(i);
    for (auto& inner : i.blocks) each_instruction(inner, f);
  }
}

template <class F>
void each_instruction(const Pass& pass, const F& f) {
  each_block(pass, [&](const Block& b) { each_instruction(b, f); });
}
template <class F>
void each_instruction(Pass& pass, const F& f) {
  each_block(pass, [&](Block& b) { each_instruction(b, f); });
}

// What changes messages or the cache.
inline bool has_effect(const Instruction& i) {
  switch (i.op) {
  case Op::Write:
  case Op::WriteKey:
  case Op::DeleteKey:
  case Op::WriteCache:
  case Op::Edit: return true;
  default: return false;
  }
}

// Whether nobody would notice if it did not run: no effect, and nothing that could fail.
inline bool idle(const Instruction& i);
inline bool idle(const Block& b) {
  return std::ranges::all_of(b.code, [](const Instruction& i) { return idle(i); });
}
inline bool idle(const Instruction& i) {
  return !has_effect(i) && !i.fails && std::ranges::all_of(i.blocks, [](const Block& b) { return idle(b); });
}

// Whether two instructions look at or change one attribute of one message.
inline bool same_key(const Instruction& a, const Instruction& b) {
  return a.level == b.level && a.text == b.text;
}

inline bool reads_attributes(const Instruction& i) {
  return i.op == Op::ReadKey || i.op == Op::HasKey || i.op == Op::Exceeds ||
         (i.op == Op::Read && is_attributes(*i.path));
}
inline bool writes_attributes(const Instruction& i) {
  return i.op == Op::WriteKey || i.op == Op::DeleteKey || (i.op == Op::Write && is_attributes(*i.path));
}

// Puts values in the place of others that are gone.
void rename(Pass& pass, const std::map<ValueId, ValueId>& names);

// Whether `write` may change what `read` gives.
bool disturbs(const Instruction& write, const Instruction& read);

}  // namespace whittle::ir
