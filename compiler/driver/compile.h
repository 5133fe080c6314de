// SPDX-License-Identifier: Apache-2.0
// From config files to an executable: every stage of the compiler in order.
#pragma once

#include "compiler/backend/backend.h"
#include "compiler/check/front_end.h"
#include "compiler/check/worst_case.h"
#include "compiler/driver/stand_ins.h"
#include "compiler/record/rewrite.h"

#include <optional>
#include <string>
#include <vector>

namespace whittle::driver {

struct CompileOptions {
  check::CheckOptions check;
  std::string target = "x86_64";
  std::string emit = "elf";           // plan, ir, asm, obj, elf
  uint64_t memory = 0;                // backend::Options::memory
  std::optional<StandIns> stand_ins;  // what is called in place of the config's backends
  bool replay = false;
  std::vector<const ir::Rewrite*> rewrites = ir::all_rewrites();  // of record programs
  bool optimise = true;                                           // the machine code
  bool say_archives = false;
};

struct Compiled {
  int exit_code = 0;                       // 0; 1 the config has errors; 2 could not run
  std::string bytes;                       // what was asked for
  check::CheckResult checked;              // its diagnostics are still to be shown
  std::string explanation;                 // what becomes of telemetry (plan::explain)
  std::vector<link::Piece> pieces;         // say_archives: what the executable is put together from
  std::vector<std::string> archives;       // say_archives: the libraries' files of which something is in it
  std::vector<check::Listener> listeners;  // of the plan; their `instance` points into `checked`
  std::vector<std::string> folders;        // that it writes files to
  check::Memory memory;                    // what it needs at most
  bool needs_roots = false;
  std::string config_hash;
  std::string error;  // exit code 2: why
};

Compiled compile(const CompileOptions& options);

// The folder with the runtime's archives: $WHITTLE_LIBRARY, or ../lib/whittle beside whittle's own binary.
std::string library_dir();

const char* version();

}  // namespace whittle::driver
