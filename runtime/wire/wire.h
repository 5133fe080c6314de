// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format: reading with and without bounds checks, and writing.
//
// A message is a run of fields, each a varint tag (number * 8 + wire type) followed by a varint, four or eight bytes,
// or a varint length and that many bytes. Groups (wire types 3 and 4) are obsolete but legal in unknown fields.
//
// Checked reading serves wire/validate.cc, which sees bytes from peers. What it has accepted is read unchecked.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <bit>
#include <stdint.h>
#include <string.h>

namespace whittle::wire {

enum WireType : uint32_t { kVarint = 0, kI64 = 1, kLen = 2, kStartGroup = 3, kEndGroup = 4, kI32 = 5 };

constexpr uint32_t tag_of(uint32_t number, WireType type) {
  return number << 3 | type;
}

// Depth of nested messages and groups that is accepted, as protobuf's own implementations limit it.
constexpr int kMaxDepth = 100;

template <class T>
inline T load(const uint8_t* p) {
  T v;
  memcpy(&v, p, sizeof v);
  return v;
}

// Checked: reads a varint of at most ten bytes and moves `p` behind it. False when the input ends within it or when it
// does not fit 64 bits; `p` is then where it began.
inline bool read_varint(const uint8_t*& p, const uint8_t* end, uint64_t& value) {
  if (p < end && *p < 0x80) [[likely]] {
    value = *p++;
    return true;
  }
  uint64_t v = 0;
  const uint8_t* at = p;
  for (uint32_t shift = 0; at < end && shift < 70; shift += 7) {
    uint64_t b = *at++;
    if (shift == 63 && b > 1) return false;
    v |= (b & 0x7F) << shift;
    if (b < 0x80) {
      value = v;
      p = at;
      return true;
    }
  }
  return false;
}

// Unchecked readers: only for bytes that validate() has accepted.
inline uint64_t varint(const uint8_t*& p) {
  uint64_t b = *p++;
  if (b < 0x80) [[likely]]
    return b;
  uint64_t v = b & 0x7F;
  for (uint32_t shift = 7;; shift += 7) {
    b = *p++;
    v |= (b & 0x7F) << shift;
    if (b < 0x80 || shift >= 63) return v;
  }
}
inline uint64_t i64(const uint8_t*& p) {
  return p += 8, load<uint64_t>(p - 8);
}
inline uint32_t i32(const uint8_t*& p) {
  return p += 4, load<uint32_t>(p - 4);
}
inline double f64(const uint8_t*& p) {
  return std::bit_cast<double>(i64(p));
}
inline Bytes len(const uint8_t*& p) {
  uint64_t n = varint(p);
  p += n;
  return {p - n, static_cast<size_t>(n)};
}
inline int64_t zigzag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}

// Moves `p` behind the value of a field whose tag has been read.
void skip_value(const uint8_t*& p, uint32_t tag);

inline void skip(const uint8_t*& p, uint32_t tag) {
  switch (tag & 7) {
  case kVarint: varint(p); break;
  case kI64: p += 8; break;
  case kI32: p += 4; break;
  case kLen: len(p); break;
  default: skip_value(p, tag);
  }
}

// One field of a message as it stands, unchecked.
struct RawField {
  uint32_t tag;
  const uint8_t* begin;  // of the tag
  const uint8_t* value;
  const uint8_t* end;

  uint32_t number() const { return tag >> 3; }
  Bytes whole() const { return {begin, end}; }
  // The content of a length-delimited field.
  Bytes content() const {
    const uint8_t* p = value;
    return len(p);
  }
};

inline RawField next_field(const uint8_t*& p) {
  RawField f;
  f.begin = p;
  f.tag = static_cast<uint32_t>(varint(p));
  f.value = p;
  skip(p, f.tag);
  f.end = p;
  return f;
}

inline uint32_t varint_size(uint64_t v) {
  return (static_cast<uint32_t>(std::bit_width(v | 1)) * 9 + 64) / 64;
}

inline uint8_t* put_varint(uint8_t* p, uint64_t v) {
  while (v >= 0x80) {
    *p++ = static_cast<uint8_t>(v | 0x80);
    v >>= 7;
  }
  *p++ = static_cast<uint8_t>(v);
  return p;
}
inline void put_varint(Writer& out, uint64_t v) {
  uint8_t* p = out.room(10);
  out.advance(static_cast<size_t>(put_varint(p, v) - p));
}
inline void put_tag(Writer& out, uint32_t number, WireType type) {
  put_varint(out, tag_of(number, type));
}
inline void put_i64(Writer& out, uint64_t v) {
  memcpy(out.room(8), &v, 8);
  out.advance(8);
}
inline void put_i32(Writer& out, uint32_t v) {
  memcpy(out.room(4), &v, 4);
  out.advance(4);
}
inline void put_len(Writer& out, uint32_t number, Bytes content) {
  put_tag(out, number, kLen);
  put_varint(out, content.size());
  out.append(content);
}

// A length-delimited field whose size is known when its content has been written: begin() leaves one byte for the
// length, end() widens it when that was not enough.
inline size_t begin_len(Writer& out, uint32_t number) {
  put_tag(out, number, kLen);
  out.byte(0);
  return out.size();
}
void end_len(Writer& out, size_t content_at);

// The same where about that size is expected: the length gets its width, and the content is moved only where that was
// wrong.
struct Length {
  size_t content;
  uint32_t width;
};
inline Length begin_len(Writer& out, uint32_t number, size_t about) {
  put_tag(out, number, kLen);
  const uint32_t width = varint_size(about);
  out.room(width);
  out.advance(width);
  return {out.size(), width};
}
void end_len(Writer& out, Length length);

}  // namespace whittle::wire
