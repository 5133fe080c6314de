// SPDX-License-Identifier: Apache-2.0
// Small things that several functions need: lists and maps that grow, UTF-8 boundaries, case, civil time.
#pragma once

#include "runtime/ottl/arguments.h"

#include <stdint.h>

namespace whittle::ottl {

// A list in the arena whose length is not known before.
class ListMaker {
public:
  explicit ListMaker(Arena& arena) : arena_(arena) {}
  void add(const Value& v) {
    if (size_ == room_) grow();
    items_[size_++] = v;
  }
  Value& last() { return items_[size_ - 1]; }
  Value give(ValueKind kind) const { return list(items_, size_, kind); }

private:
  void grow() {
    const uint32_t room = room_ ? room_ * 2 : 8;
    auto* items = arena_.array<Value>(room);
    for (uint32_t i = 0; i < size_; ++i) items[i] = items_[i];
    items_ = items, room_ = room;
  }
  Arena& arena_;
  Value* items_ = nullptr;
  uint32_t size_ = 0, room_ = 0;
};

// A map in the arena. Keys differ: putting one that is there replaces its value.
class MapMaker {
public:
  explicit MapMaker(Arena& arena) : arena_(arena) {}
  // Begins with the members of `map`.
  MapMaker(Arena& arena, const Value& map) : arena_(arena) {
    for (const Member& m : members_of(map, arena)) put(m.name(), m.value);
  }
  Value* find(Text key) {
    for (uint32_t i = 0; i < size_; ++i)
      if (members_[i].name() == key) return &members_[i].value;
    return nullptr;
  }
  // `key` must live as long as the run.
  void put(Text key, const Value& v) {
    if (Value* there = find(key)) {
      *there = v;
      return;
    }
    if (size_ == room_) grow();
    members_[size_++] = {key.data(), static_cast<uint32_t>(key.size()), 0, v};
  }
  uint32_t size() const { return size_; }
  Value give(ValueKind kind = ValueKind::Map) const { return map(members_, size_, kind); }

private:
  void grow() {
    const uint32_t room = room_ ? room_ * 2 : 8;
    auto* members = arena_.array<Member>(room);
    for (uint32_t i = 0; i < size_; ++i) members[i] = members_[i];
    members_ = members, room_ = room;
  }
  Arena& arena_;
  Member* members_ = nullptr;
  uint32_t size_ = 0, room_ = 0;
};

// Without white space at its ends, as Go's strings.TrimSpace.
Text trim_space(Text t);

inline bool begins_rune(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
}

// The fields of a time in its zone.
struct Civil {
  int64_t year;
  uint32_t month, day;  // 1..12, 1..31
  int64_t hour, minute, second;
  uint32_t nanosecond;
  uint32_t weekday;  // 0: Sunday
};
inline Civil civil_of(const Value& time) {
  const int64_t seconds = time.integer + offset_of(time);
  int64_t days = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) rest += 86400, --days;
  Civil c{};
  civil_from_days(days, c.year, c.month, c.day);
  c.hour = rest / 3600, c.minute = rest / 60 % 60, c.second = rest % 60;
  c.nanosecond = time.size;
  c.weekday = static_cast<uint32_t>(((days % 7) + 11) % 7);
  return c;
}

// The ByteSliceLike getter: bytes as they are, a text's bytes, a number in eight bytes, big-endian. Nil gives none.
inline bool as_bytes_like(Run& run, const Value& v, Bytes& out) {
  switch (v.kind) {
  case ValueKind::Nil: out = {}; return true;
  case ValueKind::String:
  case ValueKind::Bytes: out = v.as_bytes(); return true;
  case ValueKind::Bool: {
    auto* b = run.arena.array<uint8_t>(1);
    b[0] = v.integer != 0;
    out = {b, 1};
    return true;
  }
  case ValueKind::Int:
  case ValueKind::Double: {
    auto* b = run.arena.array<uint8_t>(8);
    for (int i = 0; i < 8; ++i) b[i] = static_cast<uint8_t>(static_cast<uint64_t>(v.integer) >> (56 - 8 * i));
    out = {b, 8};
    return true;
  }
  default: return run.fail("the argument cannot be bytes");
  }
}

}  // namespace whittle::ottl
