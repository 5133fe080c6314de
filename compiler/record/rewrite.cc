// SPDX-License-Identifier: Apache-2.0
#include "compiler/record/rewrite.h"

#include "compiler/record/rewrites.h"

#include <algorithm>
#include <vector>

namespace whittle::ir {

// Passes are joined first, so that the others see more at a time; keys come last, when nothing that reads is left that
// nobody needs.
static constexpr Rewrite kRewrites[] = {
    {"fuse", "passes over the same messages become one", fuse},
    {"fold", "what constants decide is decided", fold},
    {"drop-early", "what drops records stands before what changes them, where neither looks at the other", drop_early},
    {"spare-editors", "editors of attributes that are too many or too long run where there may be any", spare_editors},
    {"share-reads", "what was read or compared before is not read again", share_reads},
    {"collect-texts", "comparisons of one value with several texts become one", collect_texts},
    {"hoist", "what hangs only on the resource or scope is found once for each", hoist, true},
    {"drop-dead", "what nobody uses goes, and what is overwritten at once", drop_dead},
    {"look-up-keys", "attributes are found by their keys while a record is opened", look_up_keys, true},
};

std::span<const Rewrite> rewrites() {
  return kRewrites;
}

std::vector<const Rewrite*> all_rewrites() {
  std::vector<const Rewrite*> all;
  for (const Rewrite& r : kRewrites) all.push_back(&r);
  return all;
}

std::string rewrite(Program& program, std::span<const Rewrite* const> wanted) {
  if (std::string wrong = verify(program); !wrong.empty()) return wrong;
  for (const Rewrite& r : kRewrites) {
    if (std::ranges::find(wanted, &r) == wanted.end()) continue;
    r.apply(program);
    if (std::string wrong = verify(program); !wrong.empty()) return std::string(r.name) + " left " + wrong;
  }
  return "";
}

}  // namespace whittle::ir
