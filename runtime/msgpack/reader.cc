// SPDX-License-Identifier: Apache-2.0
#include "runtime/msgpack/reader.h"

namespace whittle::msgpack {

static uint64_t big_endian(const uint8_t* p, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; ++i) v = v << 8 | p[i];
  return v;
}

Read read(Bytes in, size_t& at, Value& out) {
  if (at >= in.size()) return Read::Short;
  const uint8_t head = in[at];
  const uint8_t* p = in.data() + at + 1;
  const size_t left = in.size() - at - 1;
  out = {};
  size_t taken = 0;  // of what follows the head: a number, or a length
  auto number = [&](Kind kind, size_t bytes) {
    if (left < bytes) return false;
    out.kind = kind;
    out.bits = big_endian(p, bytes);
    taken = bytes;
    return true;
  };
  // What has so many bytes behind its length, or, for extensions, behind its length and type.
  auto content = [&](Kind kind, size_t length_bytes, size_t fixed = 0) {
    const size_t type = kind == Kind::Extension ? 1 : 0;
    if (left < length_bytes + type) return false;
    const uint64_t n = length_bytes ? big_endian(p, length_bytes) : fixed;
    if (left - length_bytes - type < n) return false;
    out.kind = kind;
    if (type) out.extension = static_cast<int8_t>(p[length_bytes]);
    out.content = {p + length_bytes + type, static_cast<size_t>(n)};
    taken = length_bytes + type + static_cast<size_t>(n);
    return true;
  };
  auto counted = [&](Kind kind, size_t bytes) {
    if (!number(kind, bytes)) return false;
    out.count = static_cast<uint32_t>(out.bits);
    return true;
  };
  auto is_signed = [&](size_t bytes) {
    if (!number(Kind::Int, bytes)) return false;
    const int shift = static_cast<int>(64 - 8 * bytes);
    out.bits = static_cast<uint64_t>(static_cast<int64_t>(out.bits << shift) >> shift);
    return true;
  };

  bool whole = true;
  if (head < 0x80 || head >= 0xE0) {
    out.kind = Kind::Int;
    out.bits = static_cast<uint64_t>(int64_t{static_cast<int8_t>(head)});
  } else if (head < 0x90) {
    out.kind = Kind::Map, out.count = head & 15;
  } else if (head < 0xA0) {
    out.kind = Kind::List, out.count = head & 15;
  } else if (head < 0xC0) {
    whole = content(Kind::String, 0, head & 31);
  } else {
    switch (head) {
    case 0xC0: break;
    case 0xC2:
    case 0xC3: out.kind = Kind::Bool, out.bits = head & 1; break;
    case 0xC4: whole = content(Kind::Binary, 1); break;
    case 0xC5: whole = content(Kind::Binary, 2); break;
    case 0xC6: whole = content(Kind::Binary, 4); break;
    case 0xC7: whole = content(Kind::Extension, 1); break;
    case 0xC8: whole = content(Kind::Extension, 2); break;
    case 0xC9: whole = content(Kind::Extension, 4); break;
    case 0xCA: whole = number(Kind::Float, 4); break;
    case 0xCB: whole = number(Kind::Double, 8); break;
    case 0xCC: whole = number(Kind::Uint, 1); break;
    case 0xCD: whole = number(Kind::Uint, 2); break;
    case 0xCE: whole = number(Kind::Uint, 4); break;
    case 0xCF: whole = number(Kind::Uint, 8); break;
    case 0xD0: whole = is_signed(1); break;
    case 0xD1: whole = is_signed(2); break;
    case 0xD2: whole = is_signed(4); break;
    case 0xD3: whole = is_signed(8); break;
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8: whole = content(Kind::Extension, 0, size_t{1} << (head - 0xD4)); break;
    case 0xD9: whole = content(Kind::String, 1); break;
    case 0xDA: whole = content(Kind::String, 2); break;
    case 0xDB: whole = content(Kind::String, 4); break;
    case 0xDC: whole = counted(Kind::List, 2); break;
    case 0xDD: whole = counted(Kind::List, 4); break;
    case 0xDE: whole = counted(Kind::Map, 2); break;
    case 0xDF: whole = counted(Kind::Map, 4); break;
    default: return Read::Malformed;  // 0xC1 is never used
    }
  }
  if (!whole) return Read::Short;
  at += 1 + taken;
  return Read::Ok;
}

Read Scan::go(Bytes in) {
  while (pending_ > 0) {
    Value v;
    if (const Read r = read(in, at_, v); r != Read::Ok) return r;
    --pending_;
    if (v.kind == Kind::List) pending_ += v.count;
    if (v.kind == Kind::Map) pending_ += uint64_t{2} * v.count;
  }
  return Read::Ok;
}

}  // namespace whittle::msgpack
