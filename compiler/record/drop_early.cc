// SPDX-License-Identifier: Apache-2.0
// A record that will be dropped need not be changed before. A section that drops moves in front of one that changes
// records when its conditions look at nothing that this one writes. One that may fail whole requests stays where it is,
// and nothing moves in front of it.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

namespace whittle::ir {

namespace {

bool may_fail_requests(const Section& s) {
  return s.errors == ottl::ErrorMode::Propagate;
}

template <class F>
void each_instruction_of(const Section& s, const F& f) {
  for (const Block& c : s.conditions) each_instruction(c, f);
  for (const Statement& t : s.statements) {
    each_instruction(t.guard, f);
    each_instruction(t.body, f);
  }
}

bool may_swap(const Section& changes, const Section& drops) {
  if (changes.drops || !drops.drops || may_fail_requests(changes) || may_fail_requests(drops)) return false;
  bool free = true;
  each_instruction_of(changes, [&](const Instruction& write) {
    // What is written to the cache nobody else sees: each section has its own.
    if (!has_effect(write) || write.op == Op::WriteCache) return;
    each_instruction_of(drops, [&](const Instruction& read) { free &= !disturbs(write, read); });
  });
  return free;
}

}  // namespace

void drop_early(Program& program) {
  for (Pass& pass : program.passes) {
    auto& sections = pass.sections;
    for (size_t k = 1; k < sections.size(); ++k)
      for (size_t at = k; at > 0 && may_swap(sections[at - 1], sections[at]); --at)
        std::swap(sections[at - 1], sections[at]);
  }
}

}  // namespace whittle::ir
