// SPDX-License-Identifier: Apache-2.0
// Apache Thrift as its binary and compact protocols write it: a struct is a run of fields, each with its type and its
// id, up to a field of type Stop; nothing says what the ids mean.
//
// Binary: types and lengths have fixed sizes, big-endian. Compact: integers are zigzag varints, ids are told by how far
// they are from the one before, a bool is its field's type, doubles are little-endian.
// (github.com/apache/thrift, doc/specs/thrift-binary-protocol.md and thrift-compact-protocol.md)
//
// Nothing is copied and nothing is allocated for lengths that a peer claims: whatever is listed has at least a byte an
// element, so a longer list than the rest of the input is a mistake. After a mistake everything reads as zero, and
// failed() says so.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/result.h"

#include <stdint.h>

namespace whittle::thrift {

enum class Protocol : uint8_t { Binary, Compact };

// As the binary protocol numbers them.
enum class Type : uint8_t {
  Stop = 0,
  Bool = 2,
  Byte = 3,
  Double = 4,
  I16 = 6,
  I32 = 8,
  I64 = 10,
  String = 11,
  Struct = 12,
  Map = 13,
  Set = 14,
  List = 15,
  Uuid = 16,
};

class Reader {
public:
  Reader(Bytes in, Protocol protocol) : in_(in), protocol_(protocol) {}

  bool failed() const { return failed_; }
  // Where reading stopped, and why.
  const Error& error() const { return error_; }
  size_t offset() const { return at_; }

  // The head of a message; its name.
  Text message();

  // Calls f(Type, id) for each field of a struct; f reads the value or skips it. False after a mistake.
  template <class F>
  bool structure(F f) {
    if (depth_ >= kMaxDepth) return wrong(Errc::TooDeep);
    ++depth_;
    const int16_t outer = last_id_;
    last_id_ = 0;
    Type type;
    for (int16_t id; field(type, id);) f(type, id);
    last_id_ = outer;
    --depth_;
    return !failed_;
  }

  // Calls f() for each element of a list or set, whose elements are of type `element`; f reads one.
  template <class F>
  bool list(Type element, F f) {
    Type type;
    uint32_t size;
    if (!begin_list(type, size)) return false;
    if (size > 0 && type != element) return wrong(Errc::Malformed);
    for (uint32_t i = 0; i < size && !failed_; ++i) f();
    return !failed_;
  }
  // Reads the head of a list or set; a list of more elements than bytes are left fails.
  bool begin_list(Type& element, uint32_t& size);

  // Of a Byte, I16, I32 or I64.
  int64_t integer(Type type);
  bool boolean();
  double real();
  Bytes bytes();
  Text text() { return as_text(bytes()); }

  void skip(Type type);

  // Fails, for whoever finds a value that may not be.
  bool wrong(Errc code);

private:
  static constexpr int kMaxDepth = 64;  // as the reference's thrift limits it

  bool field(Type& type, int16_t& id);
  Bytes take(size_t n);
  uint8_t byte();
  uint64_t big_endian(size_t n);
  uint64_t varint();
  int64_t zigzag();
  Type compact_type(uint8_t nibble);

  Bytes in_;
  size_t at_ = 0;
  Protocol protocol_;
  bool failed_ = false;
  bool pending_bool_ = false, bool_value_ = false;  // compact: a bool that its field's type said
  int16_t last_id_ = 0;
  int depth_ = 0;
  Error error_ = {Errc::Malformed};
};

}  // namespace whittle::thrift
