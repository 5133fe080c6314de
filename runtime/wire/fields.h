// SPDX-License-Identifier: Apache-2.0
// Fields of a protobuf message from a peer, checked one by one: for messages that are not OTLP's and are read once.
#pragma once

#include "runtime/wire/wire.h"

#include <bit>

namespace whittle::wire {

struct Field {
  uint32_t number = 0, type = 0;
  uint64_t scalar = 0;  // of a varint, or the bits of a fixed number
  Bytes content;

  double real() const { return type == kI64 ? std::bit_cast<double>(scalar) : 0; }
  Text text() const { return as_text(content); }
  int64_t zigzag() const { return wire::zigzag(scalar); }
};

// The fields of a message from a peer, one by one.
class Fields {
public:
  explicit Fields(Bytes message) : at_(message.data()), end_(at_ + message.size()) {}

  bool next(Field& f) {
    uint64_t tag, n;
    if (bad_ || at_ == end_) return false;
    if (!read_varint(at_, end_, tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX) return fail();
    f.number = static_cast<uint32_t>(tag >> 3);
    f.type = tag & 7;
    f.content = {};
    f.scalar = 0;
    switch (f.type) {
    case kVarint: return read_varint(at_, end_, f.scalar) || fail();
    case kI64:
      if (end_ - at_ < 8) return fail();
      f.scalar = i64(at_);
      return true;
    case kI32:
      if (end_ - at_ < 4) return fail();
      f.scalar = i32(at_);
      return true;
    case kLen:
      if (!read_varint(at_, end_, n) || n > static_cast<uint64_t>(end_ - at_)) return fail();
      f.content = {at_, static_cast<size_t>(n)};
      at_ += n;
      return true;
    default: return fail();
    }
  }
  bool bad() const { return bad_; }

private:
  bool fail() {
    bad_ = true;
    return false;
  }
  const uint8_t *at_, *end_;
  bool bad_ = false;
};

// Calls f(Field) for each field; false: the message is malformed.
template <class F>
bool each_field(Bytes message, F f) {
  Fields fields(message);
  for (Field x; fields.next(x);) f(x);
  return !fields.bad();
}

}  // namespace whittle::wire
