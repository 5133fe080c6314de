// SPDX-License-Identifier: Apache-2.0
// A pattern as tables for runtime/base/regex.h: a minimal DFA, or an NFA program where the DFA would be too large.
#pragma once

#include "compiler/regex/syntax.h"

#include <array>

namespace whittle::regex {

struct Tables {
  std::string pattern;
  // The DFA as abi.h's Regex has it; `next` is empty when there is only the program.
  std::array<uint8_t, 256> byte_class{};
  std::vector<uint16_t> next;
  uint32_t classes = 0, start = 0, accept_all = 0;
  // The NFA program as abi.h's RegexInstruction has it; empty when there is a DFA and no group is asked for.
  struct Instruction {
    uint32_t op, low, high, next, other;
  };
  std::vector<Instruction> program;
  uint32_t capture_start = 0;       // where the program begins that marks groups
  std::vector<uint16_t> ends;       // abi.h's Regex; empty: not made
  std::vector<uint8_t> first;       // a bit for each byte that a match begins with; empty: it may be empty itself
  std::vector<std::string> groups;  // their names, the whole match in front; empty: the program marks none
};

// Whether tables match is the same as Go's regexp.MatchString on UTF-8 text.
std::expected<Tables, SyntaxError> compile(std::string_view pattern);

// How many instructions may be looked at for a DFA, a tenth of a second; beyond, the NFA program takes over.
inline constexpr size_t kMostWork = 1 << 24;

// The same, and where it matches: with a program that marks groups (runtime/base/captures.h).
std::expected<Tables, SyntaxError> compile_captures(std::string_view pattern, size_t most_work = kMostWork);
// The same, but groups without a name are not marked, and not numbered.
std::expected<Tables, SyntaxError> compile_named_captures(std::string_view pattern, size_t most_work = kMostWork);

// Whether a pattern is small enough for these functions; `places` for the second. What is not is said by who checks it.
bool fits(const Node& tree, bool places);

// For tests: the NFA program always, however small the DFA would be.
std::expected<Tables, SyntaxError> compile_program(std::string_view pattern);

}  // namespace whittle::regex
