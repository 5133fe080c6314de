// SPDX-License-Identifier: Apache-2.0
// Where a pass looks at a level's attributes by constant keys alone, opening a message notes where those stand
// (runtime/record/frame.h), and nothing is made of the others.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"
#include "runtime/record/program.h"

#include <set>

namespace whittle::ir {

void look_up_keys(Program& program) {
  for (Pass& pass : program.passes) {
    std::array<std::set<std::string>, kLevels> keys;
    uint32_t otherwise = 0;  // bit by level: attributes are looked at in another way
    each_instruction(pass, [&](const Instruction& i) {
      const auto level = static_cast<size_t>(i.level);
      if (i.op == Op::Edit || ((i.op == Op::Read || i.op == Op::Write) && is_attributes(*i.path)))
        otherwise |= 1u << level;
      else if (reads_attributes(i) || writes_attributes(i)) keys[level].insert(i.text);
    });
    for (size_t level = 0; level < kLevels; ++level)
      if (!(otherwise >> level & 1) && keys[level].size() <= record::kMostKeys)
        pass.keys[level].assign(keys[level].begin(), keys[level].end());
  }
}

}  // namespace whittle::ir
