// SPDX-License-Identifier: Apache-2.0
// The table of table.h, read from front to back. What is cut short reads as zeros and empty texts, so that a walk over
// it ends whatever its bytes are.
#pragma once

#include "runtime/base/runtime.h"

namespace whittle::drift {

class TableReader {
public:
  explicit TableReader(Bytes table) : at_(table.data()), end_(table.data() + table.size()) {}

  uint8_t byte() { return at_ < end_ ? *at_++ : 0; }
  uint8_t next_byte() const { return at_ < end_ ? *at_ : 0; }  // without reading it
  uint64_t number() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      uint8_t b = byte();
      v |= static_cast<uint64_t>(b & 127) << shift;
      if (!(b & 128)) break;
    }
    return v;
  }
  Text text() {
    uint64_t n = number();
    if (n > static_cast<uint64_t>(end_ - at_)) n = static_cast<uint64_t>(end_ - at_);
    Text t(reinterpret_cast<const char*>(at_), n);
    at_ += n;
    return t;
  }

  // To read something twice: where the reader is, and the way back there.
  const uint8_t* at() const { return at_; }
  void go_on_at(const uint8_t* at) { at_ = at; }

private:
  const uint8_t *at_, *end_;
};

}  // namespace whittle::drift
