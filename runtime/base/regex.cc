// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex.h"

#include "runtime/base/regex_assertions.h"

#include <stdlib.h>

namespace whittle {

// The set of threads of an NFA: one bit an instruction, and a list for walking it.
struct Threads {
  uint32_t* list;
  uint8_t* seen;
  uint32_t size;
};

// Adds `from` and all it reaches without a byte. Returns true when that includes the match. `stack` has room for two
// entries an instruction: each is expanded at most once.
static bool follow(const Regex& regex, uint32_t from, uint32_t holds, Threads& threads, uint32_t* stack) {
  uint32_t depth = 0;
  stack[depth++] = from;
  while (depth > 0) {
    uint32_t i = stack[--depth];
    if (threads.seen[i]) continue;
    threads.seen[i] = 1;
    const RegexInstruction& in = regex.program[i];
    switch (in.op) {
    case RegexOp::Match: return true;
    case RegexOp::Fail: break;
    case RegexOp::Bytes: threads.list[threads.size++] = i; break;
    case RegexOp::Split:
      stack[depth++] = in.other;
      stack[depth++] = in.next;
      break;
    case RegexOp::Mark: stack[depth++] = in.next; break;
    case RegexOp::Assert:
      if (in.low & holds) stack[depth++] = in.next;
      break;
    }
  }
  return false;
}

static bool match_program(const Regex& regex, Text text) {
  uint64_t n = regex.program.size;
  auto* memory = static_cast<uint32_t*>(malloc(n * (4 + 4 + 8 + 1)));
  if (!memory) abort();
  Threads now{memory, reinterpret_cast<uint8_t*>(memory + 4 * n), 0};
  uint32_t* entries = memory + n;
  uint32_t* stack = memory + 2 * n;
  uint32_t entry_count = 0;
  bool matched = false;
  for (size_t at = 0; at <= text.size() && !matched; ++at) {
    int before = at == 0 ? -1 : static_cast<uint8_t>(text[at - 1]);
    int after = at == text.size() ? -1 : static_cast<uint8_t>(text[at]);
    const uint32_t holds = assertions_between(before, after);
    now.size = 0;
    for (uint64_t i = 0; i < n; ++i) now.seen[i] = 0;
    for (uint32_t i = 0; i < entry_count && !matched; ++i) matched = follow(regex, entries[i], holds, now, stack);
    if (!matched) matched = follow(regex, regex.start, holds, now, stack);
    entry_count = 0;
    for (uint32_t i = 0; i < now.size && !matched; ++i) {
      const RegexInstruction& in = regex.program[now.list[i]];
      if (after >= 0 && static_cast<uint32_t>(after) >= in.low && static_cast<uint32_t>(after) <= in.high)
        entries[entry_count++] = in.next;
    }
  }
  free(memory);
  return matched;
}

bool regex_match(const Regex& regex, Text text) {
  if (!regex.next) return match_program(regex, text);
  uint32_t state = regex.start;
  for (char c : text) {
    if (state == regex.accept_all || state == 0) return state != 0;
    state = regex.next[state * regex.classes + regex.byte_class[static_cast<uint8_t>(c)]];
  }
  return regex.next[state * regex.classes + regex.classes - 1] == regex.accept_all && state != 0;
}

}  // namespace whittle
