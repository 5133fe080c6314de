// SPDX-License-Identifier: Apache-2.0
#include "runtime/thrift/reader.h"

#include "runtime/wire/wire.h"

#include <bit>

namespace whittle::thrift {

bool Reader::wrong(Errc code) {
  if (!failed_) error_ = {code, at_};
  failed_ = true;
  at_ = in_.size();
  return false;
}

Bytes Reader::take(size_t n) {
  if (failed_ || n > in_.size() - at_) {
    wrong(Errc::Truncated);
    return {};
  }
  at_ += n;
  return in_.subspan(at_ - n, n);
}
uint8_t Reader::byte() {
  const Bytes b = take(1);
  return b.empty() ? 0 : b[0];
}
uint64_t Reader::big_endian(size_t n) {
  uint64_t v = 0;
  for (const uint8_t b : take(n)) v = v << 8 | b;
  return v;
}
uint64_t Reader::varint() {
  const uint8_t *p = in_.data() + at_, *end = in_.data() + in_.size();
  uint64_t v = 0;
  if (failed_ || !wire::read_varint(p, end, v)) {
    wrong(in_.size() - at_ < 10 ? Errc::Truncated : Errc::Malformed);
    return 0;
  }
  at_ = static_cast<size_t>(p - in_.data());
  return v;
}
int64_t Reader::zigzag() {
  return wire::zigzag(varint());
}

Type Reader::compact_type(uint8_t nibble) {
  static constexpr Type kTypes[] = {Type::Stop, Type::Bool, Type::Bool,   Type::Byte,   Type::I16,
                                    Type::I32,  Type::I64,  Type::Double, Type::String, Type::List,
                                    Type::Set,  Type::Map,  Type::Struct, Type::Uuid};
  if (nibble < std::size(kTypes)) return kTypes[nibble];
  wrong(Errc::Malformed);
  return Type::Stop;
}

Text Reader::message() {
  constexpr uint32_t kVersion = 0x80010000;
  if (protocol_ == Protocol::Compact) {
    if (byte() != 0x82 || (byte() & 0x1F) != 1) wrong(Errc::Malformed);
    varint();  // the number of the call
    return text();
  }
  const auto head = static_cast<uint32_t>(big_endian(4));
  Text name;
  if (head & 0x80000000) {
    if ((head & 0xFFFF0000) != kVersion) wrong(Errc::Malformed);
    name = text();
  } else {  // without a version: the name's length comes first
    name = as_text(take(head));
    byte();
  }
  big_endian(4);  // the number of the call
  return name;
}

bool Reader::field(Type& type, int16_t& id) {
  if (failed_) return false;
  if (pending_bool_) pending_bool_ = false;  // nobody asked
  const uint8_t head = byte();
  if (protocol_ == Protocol::Binary) {
    type = static_cast<Type>(head);
    if (failed_ || type == Type::Stop) return false;
    id = static_cast<int16_t>(big_endian(2));
    return !failed_;
  }
  type = compact_type(head & 15);
  if (failed_ || type == Type::Stop) return false;
  id = head >> 4 ? static_cast<int16_t>(last_id_ + (head >> 4)) : static_cast<int16_t>(zigzag());
  last_id_ = id;
  if (type == Type::Bool) pending_bool_ = true, bool_value_ = (head & 15) == 1;
  return !failed_;
}

bool Reader::begin_list(Type& element, uint32_t& size) {
  uint64_t n;
  const uint8_t head = byte();
  if (protocol_ == Protocol::Binary) {
    element = static_cast<Type>(head);
    n = big_endian(4);
  } else {
    element = compact_type(head & 15);
    n = head >> 4 == 15 ? varint() : head >> 4;
  }
  if (failed_) return false;
  if (n > in_.size() - at_) return wrong(Errc::Truncated);
  size = static_cast<uint32_t>(n);
  return n == 0 || element != Type::Stop || wrong(Errc::Malformed);
}

int64_t Reader::integer(Type type) {
  if (type == Type::Byte) return static_cast<int8_t>(byte());
  if (protocol_ == Protocol::Compact) {
    const int64_t v = zigzag();
    return type == Type::I16 ? static_cast<int16_t>(v) : type == Type::I32 ? static_cast<int32_t>(v) : v;
  }
  switch (type) {
  case Type::I16: return static_cast<int16_t>(big_endian(2));
  case Type::I32: return static_cast<int32_t>(big_endian(4));
  default: return static_cast<int64_t>(big_endian(8));
  }
}

bool Reader::boolean() {
  if (pending_bool_) {
    pending_bool_ = false;
    return bool_value_;
  }
  return byte() == 1;
}

double Reader::real() {
  uint64_t bits = big_endian(8);
  if (protocol_ == Protocol::Compact) bits = std::byteswap(bits);
  return std::bit_cast<double>(bits);
}

Bytes Reader::bytes() {
  const uint64_t n = protocol_ == Protocol::Binary ? big_endian(4) : varint();
  return take(n);
}

void Reader::skip(Type type) {
  if (failed_) return;
  switch (type) {
  case Type::Bool: boolean(); return;
  case Type::Byte: byte(); return;
  case Type::I16:
  case Type::I32:
  case Type::I64: integer(type); return;
  case Type::Double: take(8); return;
  case Type::Uuid: take(16); return;
  case Type::String: bytes(); return;
  case Type::Struct: structure([this](Type t, int16_t) { skip(t); }); return;
  case Type::List:
  case Type::Set: {
    if (++depth_ > kMaxDepth) wrong(Errc::TooDeep);
    Type element;
    uint32_t size;
    if (!failed_ && begin_list(element, size))
      for (uint32_t i = 0; i < size && !failed_; ++i) skip(element);
    --depth_;
    return;
  }
  case Type::Map: {
    if (++depth_ > kMaxDepth) wrong(Errc::TooDeep);
    Type key = Type::Stop, value = Type::Stop;
    uint64_t n = 0;
    if (protocol_ == Protocol::Binary) {
      key = static_cast<Type>(byte());
      value = static_cast<Type>(byte());
      n = big_endian(4);
    } else if ((n = varint()) > 0) {
      const uint8_t types = byte();
      key = compact_type(types >> 4);
      value = compact_type(types & 15);
    }
    if (!failed_ && n > in_.size() - at_) wrong(Errc::Truncated);
    for (uint64_t i = 0; i < n && !failed_; ++i) {
      skip(key);
      skip(value);
    }
    --depth_;
    return;
  }
  default: wrong(Errc::Malformed);
  }
}

}  // namespace whittle::thrift
