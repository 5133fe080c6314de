// SPDX-License-Identifier: Apache-2.0
// A place in the text of a config: which file, and which bytes of it. Lines and columns are computed when a human
// reads.
#pragma once

#include <cstdint>

namespace whittle::source {

using FileId = uint32_t;
inline constexpr FileId kNoFile = UINT32_MAX;

// Bytes [begin, end) of a file. A span without a file stands for a value that nobody wrote, such as a default.
struct Span {
  FileId file = kNoFile;
  uint32_t begin = 0;
  uint32_t end = 0;

  explicit operator bool() const { return file != kNoFile; }
  bool operator==(const Span&) const = default;
};

}  // namespace whittle::source
