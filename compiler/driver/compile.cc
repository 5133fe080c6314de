// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/compile.h"

#include "compiler/check/listeners.h"
#include "compiler/check/written.h"
#include "compiler/plan/plan.h"

#include <climits>
#include <cstdlib>
#include <unistd.h>

namespace whittle::driver {

std::string library_dir() {
  if (const char* given = getenv("WHITTLE_LIBRARY")) return given;
  char path[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  std::string self(path, n > 0 ? static_cast<size_t>(n) : 0);
  return self.substr(0, self.rfind('/')) + "/../lib/whittle";
}

Compiled compile(const CompileOptions& options) {
  Compiled out;

  // Text to a typed config: every component resolved, every setting checked, every default filled in.
  check::CheckOptions check = options.check;
  check.to_compile = true;
  out.checked = check::check_files(check);
  out.exit_code = out.checked.exit_code();
  if (out.exit_code != 0 || !out.checked.config) return out;

  // For `try`: what it calls are stand-ins.
  if (options.stand_ins) turn_to(*out.checked.config, *options.stand_ins);

  // Config to plan: stages and pipelines; stateless processors have become record programs.
  auto built = plan::build(*out.checked.config);
  if (!built) {
    out.exit_code = 2;
    out.error = "an error of whittle's own, please report it: " + built.error();
    return out;
  }
  plan::Plan& plan = *built;
  if (std::string fault = plan::optimise(plan, options.rewrites); !fault.empty()) {
    out.exit_code = 2;
    out.error = "an error of whittle's own, please report it: " + fault;
    return out;
  }
  out.listeners = plan.listeners;
  for (const check::WrittenFolder& w : check::written_folders(*out.checked.config)) out.folders.push_back(w.folder);
  for (const check::Listener& l : check::listeners(*out.checked.config)) {
    if (size_t slash = l.socket.rfind('/'); slash != std::string::npos && slash > 0)
      out.folders.push_back(l.socket.substr(0, slash));
  }
  out.memory = check::most_memory(*out.checked.config);
  out.needs_roots = plan.needs_roots;
  out.config_hash = plan.config_hash;
  out.explanation = plan::explain(plan);
  if (options.emit == "plan") {
    out.bytes = plan::dump(plan);
    return out;
  }

  // Plan to machine code, and to an executable that holds nothing else.
  backend::Options back;
  back.target = options.target;
  back.emit = options.emit == "ir"    ? backend::Product::Ir
              : options.emit == "asm" ? backend::Product::Asm
              : options.emit == "obj" ? backend::Product::Object
                                      : backend::Product::Executable;
  back.library_dir = library_dir();
  back.version = version();
  back.memory = options.memory;
  back.replay = options.replay;
  back.optimise = options.optimise;
  back.say_archives = options.say_archives;
  backend::Result result = backend::compile(plan, back);
  if (!result.good) {
    out.exit_code = 2;
    out.error = result.error;
    return out;
  }
  out.bytes = std::move(result.bytes);
  out.archives = std::move(result.archives);
  out.pieces = std::move(result.pieces);
  return out;
}

}  // namespace whittle::driver
