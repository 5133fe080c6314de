// SPDX-License-Identifier: Apache-2.0
// What the generated views (wire/otlp_views.h) are made of. A view is a plain struct with the fields of one message;
// its constructor scans the message once. Text and bytes borrow from the message; repeated and nested messages stay
// bytes and are scanned when they are asked for. Nothing is allocated, and nothing is checked: the bytes have passed
// validate().
#pragma once

#include "runtime/wire/wire.h"

namespace whittle::views {

// A nested message that may be absent.
template <class T>
struct Message {
  Bytes bytes;
  bool present = false;

  // An absent message reads as an empty one.
  T get() const { return T(bytes); }
};

// A repeated message (or string: T is Text then). Iterating scans the parent for the field's tag, from its first place.
template <class T>
struct Repeated {
  const uint8_t* first = nullptr;
  const uint8_t* last = nullptr;  // the end of the last one
  uint32_t tag = 0;
  uint32_t count = 0;

  void add(uint32_t t, const uint8_t* begin, const uint8_t* end) {
    if (count++ == 0) first = begin, tag = t;
    last = end;
  }

  struct Iterator {
    const uint8_t* at;  // behind `current`
    const uint8_t* last;
    uint32_t tag;
    uint32_t left;
    Bytes current;

    Bytes bytes() const { return current; }
    T operator*() const {
      if constexpr (requires { T(current); }) return T(current);
      else return as_text(current);
    }
    Iterator& operator++() {
      if (--left > 0) find();
      return *this;
    }
    bool operator==(const Iterator& o) const { return left == o.left; }
    void find() {
      for (;;) {
        uint32_t t = static_cast<uint32_t>(wire::varint(at));
        if (t == tag) [[likely]] {
          current = wire::len(at);
          return;
        }
        wire::skip(at, t);
      }
    }
  };

  uint32_t size() const { return count; }
  bool empty() const { return count == 0; }
  Iterator begin() const {
    Iterator i{first, last, tag, count, {}};
    if (count) i.find();
    return i;
  }
  Iterator end() const { return {nullptr, nullptr, 0, 0, {}}; }
};

enum class Scalar : uint8_t { Double, Fixed64, Varint };

// Repeated numbers, packed or not.
template <class T, Scalar kScalar>
struct Numbers {
  const uint8_t* first = nullptr;
  const uint8_t* last = nullptr;
  uint32_t number = 0;
  uint32_t count = 0;

  static T read(const uint8_t*& p) {
    if constexpr (kScalar == Scalar::Double) return wire::f64(p);
    else if constexpr (kScalar == Scalar::Fixed64) return static_cast<T>(wire::i64(p));
    else return static_cast<T>(wire::varint(p));
  }
  void add(uint32_t field, const uint8_t* begin, const uint8_t* value, const uint8_t* end, bool packed) {
    uint32_t n = 1;
    if (packed) {
      const uint8_t* p = value;
      Bytes content = wire::len(p);
      if constexpr (kScalar == Scalar::Varint) {
        n = 0;
        for (uint8_t b : content) n += b < 0x80;
      } else {
        n = static_cast<uint32_t>(content.size() / 8);
      }
    }
    if (first == nullptr) first = begin, number = field;
    last = end;
    count += n;
  }

  struct Iterator {
    const uint8_t* at;
    const uint8_t* packed_end;
    uint32_t number;
    uint32_t left;
    T current;

    T operator*() const { return current; }
    Iterator& operator++() {
      if (--left > 0) next();
      return *this;
    }
    bool operator==(const Iterator& o) const { return left == o.left; }
    void next() {
      while (at == packed_end || packed_end == nullptr) {
        packed_end = nullptr;
        uint32_t tag = static_cast<uint32_t>(wire::varint(at));
        if (tag >> 3 != number) {
          wire::skip(at, tag);
        } else if ((tag & 7) == wire::kLen) {
          uint64_t n = wire::varint(at);
          packed_end = at + n;
        } else {
          current = read(at);
          return;
        }
      }
      current = read(at);
    }
  };

  uint32_t size() const { return count; }
  bool empty() const { return count == 0; }
  Iterator begin() const {
    Iterator i{first, nullptr, number, count, {}};
    if (count) i.next();
    return i;
  }
  Iterator end() const { return {nullptr, nullptr, 0, 0, {}}; }
};

}  // namespace whittle::views
