// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/edits.h"

#include <string.h>

namespace whittle::record {

Message message_of(Run& run, const Frame& frame) {
  if (!frame.dirty()) return Message(run.arena, frame.content);
  Writer w;
  close(frame, w);
  auto* copy = run.arena.array<uint8_t>(w.size());
  if (w.size()) memcpy(copy, w.data(), w.size());
  return Message(run.arena, {copy, w.size()});
}

void reopen(Frame& frame, const Message& message) {
  open(frame, frame.kind, message.bytes(), Looks(frame.looks));
  frame.replaced = true;
}

bool add_metric(Run& run, const Message& metric) {
  // The reference goes on for ever where each new metric makes another one.
  constexpr uint32_t kMost = 10'000;
  if (run.added_count >= kMost) return run.fail("a scope has become too many metrics");
  ++run.added_count;
  if (run.added) wire::put_len(*run.added, 2, metric.bytes());
  return true;
}

}  // namespace whittle::record
