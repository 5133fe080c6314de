// SPDX-License-Identifier: Apache-2.0
// MessagePack (github.com/msgpack/msgpack, spec.md): each value is a byte that says what it is, often with a small
// number in it, then what belongs to it. Lists and maps say how many values follow, so a document has no end of its
// own.
#pragma once

#include "runtime/base/bytes.h"

#include <bit>
#include <stdint.h>

namespace whittle::msgpack {

enum class Kind : uint8_t { Nil, Bool, Int, Uint, Float, Double, String, Binary, List, Map, Extension };

// A value, or the head of a list or map.
struct Value {
  Kind kind = Kind::Nil;
  int8_t extension = 0;
  uint32_t count = 0;  // of a list's elements, of a map's pairs
  uint64_t bits = 0;   // of a number or bool; of a Float those of its 32 bits
  Bytes content;       // of a string, binary or extension

  Text text() const { return as_text(content); }
  int64_t integer() const { return static_cast<int64_t>(bits); }
  double real() const {
    return kind == Kind::Float ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                               : std::bit_cast<double>(bits);
  }
};

enum class Read : uint8_t { Ok, Short, Malformed };

// Reads the value at `at` and moves behind it: of a list or map behind its head. Short: more bytes are needed; `at` is
// then where it was.
Read read(Bytes in, size_t& at, Value& out);

// Finds the end of a value that arrives piece by piece, without looking at any byte twice.
class Scan {
public:
  // `in` is all that has come. Ok: the value ends at end().
  Read go(Bytes in);
  size_t end() const { return at_; }
  void reset() { *this = Scan(); }

private:
  size_t at_ = 0;
  uint64_t pending_ = 1;  // values that are still to come
};

}  // namespace whittle::msgpack
