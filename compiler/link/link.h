// SPDX-License-Identifier: Apache-2.0
// The linker, in process: LLD with LTO, from bitcode and archives to a static PIE.
#pragma once

#include <cstdint>
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
  bool say_archives = false;
};

// A part of the executable: of an archive's member ("libcurl.a(url.o)"), or of the program by its symbol.
struct Piece {
  std::string from;
  bool own = false;  // `from` is a symbol
  uint64_t bytes = 0;
};

struct Output {
  std::string executable;
  std::vector<Piece> pieces;          // say_archives: what it is put together from, in its order
  std::vector<std::string> archives;  // say_archives: the files ("libcurl.a", "rcrt1.o") of which something is in it
};

// Links, or returns false with what the linker said in `error`.
bool link(const Input& input, Output& output, std::string& error);

}  // namespace whittle::link
