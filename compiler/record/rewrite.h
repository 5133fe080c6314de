// SPDX-License-Identifier: Apache-2.0
// What makes programs cheaper: small rewrites, one after the other, each of which leaves what a program does to
// telemetry as it was. Programs are as build.cc makes them without (`-O0`).
#pragma once

#include "compiler/record/ir.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::ir {

struct Rewrite {
  std::string_view name;
  std::string_view what;  // for `--help`
  void (*apply)(Program& program);
  bool opens_messages = false;  // what it leaves needs messages that are opened as the pass says
};

// In the order in which they are applied.
std::span<const Rewrite> rewrites();
std::vector<const Rewrite*> all_rewrites();

// Applies these in the order of rewrites() and verifies what each leaves behind. Returns what is wrong with it, which
// is a fault of whittle's own; empty: nothing.
std::string rewrite(Program& program, std::span<const Rewrite* const> wanted);

// What is wrong with a program: a value that is used where it may not have been made, an instruction without what it
// needs, a level that the pass does not open. Empty: nothing.
std::string verify(const Program& program);

}  // namespace whittle::ir
