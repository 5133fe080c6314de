// SPDX-License-Identifier: Apache-2.0
// The back end as one call: a plan in, an executable (or a stage before it) out. It lives in a shared object of its
// own, libwhittle_backend.so, that only the commands that compile open: loading LLVM costs more than a whole `whittle
// check`.
#pragma once

#include "compiler/link/link.h"
#include "compiler/plan/plan.h"

#include <string>
#include <vector>

namespace whittle::backend {

// What compiling is to give.
enum class Product { Ir, Asm, Object, Executable };

struct Options {
  std::string target = "x86_64";
  Product emit = Product::Executable;
  std::string library_dir;  // the folder with the runtime's archives
  std::string version;      // whittle's
  uint64_t memory = 0;      // bytes that the collector may take for its container's; 0: it finds out
  bool replay = false;      // link the replay main: standard input and output in place of the network
  bool optimise = true;
  bool say_archives = false;
};

struct Result {
  bool good = false;
  std::string bytes;
  std::vector<std::string> archives;  // say_archives: the files in library_dir of which something is in the executable
  std::vector<link::Piece> pieces;    // the same: what the executable is put together from
  std::string error;                  // when not good; a fault of the installation or of whittle, never of the config
};

// The shared object's only entry, by the name kEntry.
using CompileFn = void (*)(const plan::Plan& plan, const Options& options, Result& result);
inline constexpr char kEntry[] = "whittle_backend_compile";

// Opens the shared object and calls it.
Result compile(const plan::Plan& plan, const Options& options);

}  // namespace whittle::backend
