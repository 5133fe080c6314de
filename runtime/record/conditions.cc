// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/conditions.h"

namespace whittle::record {

Answer Asker::ask(const Conditions& conditions) {
  Frame* frames[kLevels];
  for (uint32_t i = 0; i < kLevels; ++i) frames[i] = &frames_[i];
  for (uint32_t i = 0; i <= static_cast<uint32_t>(conditions.level); ++i) {
    At& at = at_[i];
    const bool attributes = conditions.maps >> i & 1;
    if (at.open && (at.with_attributes || !attributes)) continue;
    const Looks looks{.attributes = attributes};
    if (i <= static_cast<uint32_t>(Level::Scope)) open_holder(frames_[i], at.kind, at.content, looks);
    else open(frames_[i], at.kind, at.content, looks);
    frames_[i].index = at.index;
    at.open = true;
    at.with_attributes = attributes;
  }
  const Verdict verdict = conditions.code(&run_, frames, 0);
  arena_.recycle();
  return static_cast<Answer>(verdict);
}

}  // namespace whittle::record
