// SPDX-License-Identifier: Apache-2.0
// The linker, in process: LLD with LTO, from bitcode and archives to a static PIE.
#pragma once

#include <string>
#include <vector>

namespace whittle::link {

struct Input {
  std::string target;                 // "x86_64"
  std::string library_dir;            // holds <target>/*.a
  std::string module_bitcode;         // the generated module
  std::vector<std::string> archives;  // by name without lib and .a, in order; the first one that defines a symbol wins
  std::vector<std::string> symbols;   // taken out of the archives although the code names them only weakly
  bool optimise = true;
};

// The linked executable's bytes, or what the linker said in `error`.
bool link(const Input& input, std::string& executable, std::string& error);

}  // namespace whittle::link
