// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/sha256.h"

#include "base/sha256.h"

namespace whittle::source {

std::string sha256_hex(std::string_view bytes) {
  Digest digest = sha256_by(sha256_blocks, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  std::string out(64, '\0');
  hex(digest, out.data());
  return out;
}

}  // namespace whittle::source
