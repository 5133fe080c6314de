// SPDX-License-Identifier: Apache-2.0
// Where a pass looks at a level's attributes by constant keys, opening a message notes where those stand
// (runtime/record/frame.h), and nothing is made of the others until they are asked for as a whole.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"
#include "runtime/record/program.h"

#include <set>

namespace whittle::ir {

void look_up_keys(Program& program) {
  for (Pass& pass : program.passes) {
    std::array<std::set<std::string>, kLevels> keys;
    uint32_t edited = 0;  // bit by level: by functions that take messages apart in ways of their own
    each_instruction(pass, [&](const Instruction& i) {
      const auto level = static_cast<size_t>(i.level);
      if (i.op == Op::Edit) edited |= 1u << level;
      const bool by_key = i.op == Op::ReadKey || i.op == Op::HasKey || i.op == Op::WriteKey || i.op == Op::DeleteKey;
      if (by_key) keys[level].insert(i.text);
    });
    for (size_t level = 0; level < kLevels; ++level)
      if (!(edited >> level & 1) && keys[level].size() <= record::kMostKeys)
        pass.keys[level].assign(keys[level].begin(), keys[level].end());
  }
}

}  // namespace whittle::ir
