// SPDX-License-Identifier: Apache-2.0
// The targets that collectors are built for. `cpu` and `features` are those that cmake/runtime_archive.cmake gives
// clang, so that the optimiser may inline the runtime into the module.
#include "compiler/lower/lower.h"

namespace whittle::lower {

const Target* find_target(std::string_view name) {
  static const Target targets[] = {
      {"x86_64", "x86_64-unknown-linux-musl", "x86-64-v2", ""},
      {"aarch64", "aarch64-unknown-linux-musl", "generic", "+aes,+crc,+fp-armv8,+neon,+sha2,+v8a"},
  };
  for (auto& t : targets)
    if (t.name == name) return &t;
  return nullptr;
}

}  // namespace whittle::lower
