// SPDX-License-Identifier: Apache-2.0
// What instructions do to each other: which write changes what a read finds, and what a pass reads and writes of
// attributes.
#include "compiler/record/visit.h"

namespace whittle::ir {

namespace {

uint32_t bit(Level level) {
  return 1u << static_cast<uint32_t>(level);
}

bool reads_field(const Instruction& i) {
  return i.op == Op::Read && !is_attributes(*i.path);
}

}  // namespace

void rename(Pass& pass, const std::map<ValueId, ValueId>& names) {
  auto now = [&](ValueId& id) {
    for (auto at = names.find(id); at != names.end(); at = names.find(id)) id = at->second;
  };
  each_instruction(pass, [&](Instruction& i) {
    for (ValueId& o : i.operands) now(o);
    for (Block& b : i.blocks) now(b.result);
  });
  each_block(pass, [&](Block& b) { now(b.result); });
}

bool disturbs(const Instruction& write, const Instruction& read) {
  if (write.op == Op::Edit) return read.op == Op::ReadCache || reads_attributes(read) || reads_field(read);
  if (write.op == Op::WriteCache) return read.op == Op::ReadCache;
  if (writes_attributes(write)) {
    if (!reads_attributes(read) || write.level != read.level) return false;
    return write.op == Op::Write || read.op == Op::Read || read.op == Op::Exceeds || same_key(write, read);
  }
  // A message holds those within it.
  return write.op == Op::Write && reads_field(read) && write.level >= read.level;
}

uint32_t attributes_read(const Pass& pass) {
  uint32_t out = 0;
  each_instruction(pass, [&](const Instruction& i) {
    if (reads_attributes(i) || writes_attributes(i) || i.op == Op::Edit) out |= bit(i.level);
  });
  return out;
}

uint32_t fields_read(const Pass& pass) {
  uint32_t out = 0;
  each_instruction(pass, [&](const Instruction& i) {
    if (i.op == Op::Edit) out |= 2 * bit(i.level) - 1;
    else if ((i.op == Op::Read || i.op == Op::Write) && !is_attributes(*i.path)) out |= bit(i.level);
  });
  return out;
}

uint32_t levels_written(const Pass& pass) {
  uint32_t out = 0;
  each_instruction(pass, [&](const Instruction& i) {
    if (has_effect(i) && i.op != Op::WriteCache) out |= bit(i.level);
  });
  return out;
}

}  // namespace whittle::ir
