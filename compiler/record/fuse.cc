// SPDX-License-Identifier: Apache-2.0
// Passes over the same messages become one: each message is opened once for all of them. What one pass does to a
// message must then hang on nothing that the other would have changed of other messages before: neither writes to
// messages around its own.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

namespace whittle::ir {

namespace {

bool stays_within(const Pass& pass) {
  bool edits = false;
  each_instruction(pass, [&](const Instruction& i) { edits |= i.op == Op::Edit; });
  return !edits && (levels_written(pass) & ~(1u << static_cast<uint32_t>(pass.level))) == 0;
}

// A pass' sections with values that are numbered behind those of another one.
void append(Pass& to, Pass&& from) {
  const ValueId first = to.values;
  auto renumber = [&](ValueId& id) {
    if (id != kNone) id += first;
  };
  each_instruction(from, [&](Instruction& i) {
    renumber(i.id);
    for (ValueId& o : i.operands) renumber(o);
    for (Block& b : i.blocks) renumber(b.result);
  });
  each_block(from, [&](Block& b) { renumber(b.result); });
  to.values += from.values;
  to.drops |= from.drops;
  for (Section& s : from.sections) to.sections.push_back(std::move(s));
}

}  // namespace

void fuse(Program& program) {
  std::vector<Pass> joined;
  for (Pass& pass : program.passes) {
    if (!joined.empty() && joined.back().level == pass.level && joined.back().hoisted.empty() && pass.hoisted.empty() &&
        stays_within(joined.back()) && stays_within(pass))
      append(joined.back(), std::move(pass));
    else joined.push_back(std::move(pass));
  }
  program.passes = std::move(joined);
}

}  // namespace whittle::ir
