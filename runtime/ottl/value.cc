// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/value.h"

#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/wire/value_text.h"
#include "runtime/wire/wire.h"

#include <algorithm>
#include <math.h>
#include <stdio.h>
#include <string.h>

namespace whittle::ottl {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Fields of AnyValue, KeyValue, ArrayValue and KeyValueList (opentelemetry/proto/common/v1/common.proto).
constexpr uint32_t kString = 1, kBool = 2, kInt = 3, kDouble = 4, kArray = 5, kMap = 6, kBytes = 7;
constexpr uint32_t kKey = 1, kValue = 2, kElements = 1;

Value wire_list(Bytes content) {
  Value v = bytes(content, ValueKind::Slice);
  v.wire = true;
  return v;
}

// The key and the AnyValue of a KeyValue.
void split_pair(Bytes pair, Text& key, Bytes& any) {
  key = {};
  any = {};
  for (const uint8_t *p = pair.data(), *end = p + pair.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() == kKey) key = whittle::as_text(f.content());
    if (f.number() == kValue) any = f.content();
  }
}

template <class F>
void each_field(const Value& v, uint32_t number, F f) {
  for (const uint8_t *p = v.bytes, *end = p + v.size; p < end;) {
    wire::RawField field = wire::next_field(p);
    if (field.number() == number && (field.tag & 7) == wire::kLen) f(field.content());
  }
}

}  // namespace

Value time_of(int64_t seconds, int64_t nanoseconds, uint16_t zone) {
  int64_t carry = nanoseconds / kSecond, rest = nanoseconds % kSecond;
  if (rest < 0) rest += kSecond, --carry;
  Value v{ValueKind::Time};
  v.detail = zone;
  v.size = static_cast<uint32_t>(rest);
  v.integer = static_cast<int64_t>(static_cast<uint64_t>(seconds) + static_cast<uint64_t>(carry));
  return v;
}

int64_t nanoseconds_of(const Value& time) {
  return static_cast<int64_t>(static_cast<uint64_t>(time.integer) * kSecond + time.size);
}

Value from_any(Bytes any_value) {
  // Nearly all have one field, with a length of one byte.
  if (any_value.size() >= 2) {
    const uint8_t* at = any_value.data();
    const size_t size = any_value.size();
    if (at[0] == wire::tag_of(kString, wire::kLen) && at[1] < 0x80 && at[1] + 2u == size)
      return text(whittle::as_text({at + 2, size - 2}));
    if (at[0] == wire::tag_of(kInt, wire::kVarint)) {
      const uint8_t* p = at + 1;
      const uint64_t n = wire::varint(p);
      if (p == at + size) return integer(static_cast<int64_t>(n));
    }
  }
  Value v;
  for (const uint8_t *p = any_value.data(), *end = p + any_value.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    const uint8_t* at = f.value;
    switch (f.number()) {
    case kString: v = text(whittle::as_text(wire::len(at))); break;
    case kBool: v = boolean(wire::varint(at) != 0); break;
    case kInt: v = integer(static_cast<int64_t>(wire::varint(at))); break;
    case kDouble: v = real(wire::f64(at)); break;
    case kArray: v = wire_list(wire::len(at)); break;
    case kMap: v = wire_map(wire::len(at), kElements); break;
    case kBytes: v = bytes(wire::len(at)); break;
    default: break;
    }
  }
  return v;
}

bool storable(const Value& v) {
  switch (v.kind) {
  case ValueKind::Nil:
  case ValueKind::Bool:
  case ValueKind::Double:
  case ValueKind::String:
  case ValueKind::Bytes:
  case ValueKind::Map:
  case ValueKind::RawMap:
  case ValueKind::Slice:
  case ValueKind::Array:
  case ValueKind::Strings:
  case ValueKind::Ints:
  case ValueKind::Doubles: return true;
  case ValueKind::Int: return v.detail == 0;
  default: return false;
  }
}

void put_any(Writer& out, const Value& v) {
  switch (v.kind) {
  case ValueKind::Bool:
    wire::put_tag(out, kBool, wire::kVarint);
    wire::put_varint(out, static_cast<uint64_t>(v.integer));
    return;
  case ValueKind::Int:
    wire::put_tag(out, kInt, wire::kVarint);
    wire::put_varint(out, static_cast<uint64_t>(v.integer));
    return;
  case ValueKind::Double:
    wire::put_tag(out, kDouble, wire::kI64);
    wire::put_i64(out, static_cast<uint64_t>(v.integer));
    return;
  case ValueKind::String: return wire::put_len(out, kString, v.as_bytes());
  case ValueKind::Bytes: return wire::put_len(out, kBytes, v.as_bytes());
  case ValueKind::Map:
  case ValueKind::RawMap: {
    if (v.wire && v.detail == kElements) return wire::put_len(out, kMap, v.as_bytes());
    size_t start = wire::begin_len(out, kMap);
    if (v.wire) {
      each_field(v, v.detail, [&](Bytes pair) { wire::put_len(out, kElements, pair); });
    } else {
      for (uint32_t i = 0; i < v.size; ++i) put_pair(out, kElements, v.members[i].name(), v.members[i].value);
    }
    wire::end_len(out, start);
    return;
  }
  case ValueKind::Slice:
    if (v.wire) return wire::put_len(out, kArray, v.as_bytes());
    [[fallthrough]];
  case ValueKind::Array:
  case ValueKind::Strings:
  case ValueKind::Ints:
  case ValueKind::Counts:
  case ValueKind::Doubles: {
    size_t start = wire::begin_len(out, kArray);
    for (uint32_t i = 0; i < v.size; ++i) {
      size_t element = wire::begin_len(out, kElements);
      put_any(out, v.items[i]);
      wire::end_len(out, element);
    }
    wire::end_len(out, start);
    return;
  }
  default: return;
  }
}

void put_pair(Writer& out, uint32_t number, Text key, const Value& value) {
  // Most are a short text: all three lengths are one byte, and known.
  if (value.is(ValueKind::String) && number < 16 && !key.empty() && key.size() < 128 && value.size < 128 &&
      key.size() + value.size + 6 < 128) {
    uint8_t* p = out.room(key.size() + value.size + 8);
    *p++ = static_cast<uint8_t>(wire::tag_of(number, wire::kLen));
    *p++ = static_cast<uint8_t>(key.size() + value.size + 6);
    *p++ = static_cast<uint8_t>(wire::tag_of(kKey, wire::kLen));
    *p++ = static_cast<uint8_t>(key.size());
    memcpy(p, key.data(), key.size());
    p += key.size();
    *p++ = static_cast<uint8_t>(wire::tag_of(kValue, wire::kLen));
    *p++ = static_cast<uint8_t>(value.size + 2);
    *p++ = static_cast<uint8_t>(wire::tag_of(kString, wire::kLen));
    *p++ = static_cast<uint8_t>(value.size);
    memcpy(p, value.text, value.size);
    out.advance(key.size() + value.size + 8);
    return;
  }
  size_t start = wire::begin_len(out, number);
  if (!key.empty()) wire::put_len(out, kKey, whittle::as_bytes(key));
  size_t any = wire::begin_len(out, kValue);
  put_any(out, value);
  wire::end_len(out, any);
  wire::end_len(out, start);
}

Members members_of(const Value& map, Arena& arena) {
  if (!map.is_map()) return {nullptr, 0};
  if (!map.wire) return {map.members, map.size};
  uint32_t n = 0;
  each_field(map, map.detail, [&](Bytes) { ++n; });
  auto* out = arena.array<Member>(n);
  uint32_t i = 0;
  each_field(map, map.detail, [&](Bytes pair) {
    Text key;
    Bytes any;
    split_pair(pair, key, any);
    out[i++] = {key.data(), static_cast<uint32_t>(key.size()), 0, from_any(any)};
  });
  return {out, n};
}

Items items_of(const Value& list, Arena& arena) {
  if (!list.is_list()) return {nullptr, 0};
  if (!list.wire) return {list.items, list.size};
  const uint32_t n = length_of(list);
  auto* out = arena.array<Value>(n);
  uint32_t i = 0;
  each_field(list, kElements, [&](Bytes any) { out[i++] = from_any(any); });
  return {out, n};
}

uint32_t length_of(const Value& v) {
  if (!v.wire) return v.size;
  uint32_t n = 0;
  each_field(v, v.is_map() ? v.detail : kElements, [&](Bytes) { ++n; });
  return n;
}

bool find(const Value& map, Text key, Value* out) {
  if (!map.is_map()) return false;
  if (!map.wire) {
    for (uint32_t i = 0; i < map.size; ++i) {
      if (map.members[i].name() != key) continue;
      *out = map.members[i].value;
      return true;
    }
    return false;
  }
  for (const uint8_t *p = map.bytes, *end = p + map.size; p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() != map.detail || (f.tag & 7) != wire::kLen) continue;
    Text name;
    Bytes any;
    split_pair(f.content(), name, any);
    if (name != key) continue;
    *out = from_any(any);
    return true;
  }
  return false;
}

// ---- text
// ---------------------------------------------------------------------------------------------------------------

namespace {

void append_int_text(Writer& out, int64_t i) {
  char room[kNumberRoom];
  out.append(Text(room, format_int(room, i)));
}

// As goccy/go-json has it: unlike encoding/json it leaves exponents two digits ("1e-07").
void append_json_double(Writer& out, double d) {
  char room[kNumberRoom];
  const size_t n = format_double(room, d);
  const bool one_digit = n > 2 && room[n - 2] == '-' && room[n - 3] == 'e';
  out.append(Text(room, one_digit ? n - 1 : n));
  if (!one_digit) return;
  out.byte('0');
  out.byte(static_cast<uint8_t>(room[n - 1]));
}

}  // namespace

// encoding/json with HTML escaped, as goccy/go-json writes what AsRaw gives: keys sorted, bytes in base64, ids as lists
// of numbers.
bool append_json(Writer& out, const Value& v, Arena& arena) {
  switch (v.kind) {
  case ValueKind::Nil: out.append(Text("null")); return true;
  case ValueKind::Bool: out.append(Text(v.integer ? "true" : "false")); return true;
  case ValueKind::Int: append_int_text(out, v.integer); return true;
  case ValueKind::Duration: append_int_text(out, v.integer); return true;
  case ValueKind::Double:
    if (!isfinite(v.real)) return false;
    append_json_double(out, v.real);
    return true;
  case ValueKind::String: append_json_html(out, v.as_text()); return true;
  case ValueKind::Bytes:
    if (v.size == 0) {  // a slice that is nil
      out.append(Text("null"));
      return true;
    }
    out.byte('"');
    append_base64(out, v.as_bytes());
    out.byte('"');
    return true;
  case ValueKind::Map:
  case ValueKind::RawMap: {
    Members m = members_of(v, arena);
    auto* order = arena.array<uint32_t>(m.size);
    for (uint32_t i = 0; i < m.size; ++i) order[i] = i;
    std::sort(order, order + m.size, [&](uint32_t a, uint32_t b) {
      const int by_name = m.first[a].name().compare(m.first[b].name());
      return by_name != 0 ? by_name < 0 : a < b;
    });
    out.byte('{');
    bool first = true;
    for (uint32_t i = 0; i < m.size; ++i) {
      const Member& member = m.first[order[i]];
      // Of equal keys the last one counts, as in a Go map.
      if (i + 1 < m.size && m.first[order[i + 1]].name() == member.name()) continue;
      if (!first) out.byte(',');
      first = false;
      append_json_html(out, member.name());
      out.byte(':');
      if (!append_json(out, member.value, arena)) return false;
    }
    out.byte('}');
    return true;
  }
  case ValueKind::Slice:
  case ValueKind::Array:
  case ValueKind::Strings:
  case ValueKind::Ints:
  case ValueKind::Counts:
  case ValueKind::Doubles: {
    Items items = items_of(v, arena);
    if (items.size == 0 && (v.is(ValueKind::Counts) || v.is(ValueKind::Doubles))) {  // of a path: a slice that is nil
      out.append(Text("null"));
      return true;
    }
    out.byte('[');
    for (uint32_t i = 0; i < items.size; ++i) {
      if (i > 0) out.byte(',');
      if (!append_json(out, items[i], arena)) return false;
    }
    out.byte(']');
    return true;
  }
  case ValueKind::TraceId:
  case ValueKind::SpanId:
  case ValueKind::ProfileId:
    out.byte('[');
    for (uint32_t i = 0; i < v.size; ++i) {
      if (i > 0) out.byte(',');
      append_int_text(out, v.bytes[i]);
    }
    out.byte(']');
    return true;
  case ValueKind::Time: {
    out.byte('"');
    if (!append_rfc3339(out, v)) return false;
    out.byte('"');
    return true;
  }
  // Structs without a field that encoding/json could see.
  case ValueKind::Status:
  case ValueKind::Events:
  case ValueKind::Links:
  case ValueKind::DataPoints:
  case ValueKind::Exemplars:
  case ValueKind::Buckets:
  case ValueKind::Quantiles: out.append(Text("{}")); return true;
  default: return false;
  }
}

bool append_string_like(Writer& out, const Value& v, Arena& arena) {
  switch (v.kind) {
  case ValueKind::String: out.append(v.as_text()); return true;
  case ValueKind::Bytes: append_hex(out, v.as_bytes()); return true;
  default: return append_json(out, v, arena);
  }
}

void append_as_string(Writer& out, const Value& v) {
  switch (v.kind) {
  case ValueKind::Nil: return;
  case ValueKind::Bool: out.append(Text(v.integer ? "true" : "false")); return;
  case ValueKind::Int: append_int_text(out, v.integer); return;
  case ValueKind::Double: append_value_double(out, v.real); return;
  case ValueKind::String: out.append(v.as_text()); return;
  case ValueKind::Bytes: append_base64(out, v.as_bytes()); return;
  default: break;
  }
  Writer any;
  put_any(any, v);
  Value stored = from_any(any.bytes());
  append_value_text(out, stored.is_map() ? SlotKind::Map : SlotKind::Array, stored.as_bytes());
}

int64_t (*zone_offset)(uint16_t zone, int64_t unix_seconds) = nullptr;

// 2006-01-02T15:04:05.999999999Z07:00.
bool append_rfc3339(Writer& out, const Value& time) {
  const int64_t offset = offset_of(time);
  int64_t seconds = time.integer + offset;
  int64_t days = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) rest += 86400, --days;
  int64_t year;
  uint32_t month, day;
  civil_from_days(days, year, month, day);
  if (year < 0 || year > 9999) return false;
  char room[64];
  int n = snprintf(room, sizeof room, "%04lld-%02u-%02uT%02lld:%02lld:%02lld", static_cast<long long>(year), month, day,
                   static_cast<long long>(rest / 3600), static_cast<long long>(rest / 60 % 60),
                   static_cast<long long>(rest % 60));
  out.append(Text(room, static_cast<size_t>(n)));
  if (time.size > 0) {
    n = snprintf(room, sizeof room, ".%09u", time.size);
    while (room[n - 1] == '0') --n;
    out.append(Text(room, static_cast<size_t>(n)));
  }
  if (offset == 0) {
    out.byte('Z');
    return true;
  }
  int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  n = snprintf(room, sizeof room, "%c%02lld:%02lld", offset < 0 ? '-' : '+', static_cast<long long>(minutes / 60),
               static_cast<long long>(minutes % 60));
  out.append(Text(room, static_cast<size_t>(n)));
  return true;
}

// Howard Hinnant's algorithm ("chrono-Compatible Low-Level Date Algorithms"), proleptic Gregorian.
void civil_from_days(int64_t days, int64_t& year, uint32_t& month, uint32_t& day) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto of_era = static_cast<uint32_t>(days - era * 146097);
  const uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted = (5 * of_year + 2) / 153;
  day = of_year - (153 * shifted + 2) / 5 + 1;
  month = shifted < 10 ? shifted + 3 : shifted - 9;
  year = static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2);
}

int64_t days_from_civil(int64_t year, uint32_t month, uint32_t day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto of_era = static_cast<uint32_t>(year - era * 400);
  const uint32_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const uint32_t day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return era * 146097 + static_cast<int64_t>(day_of_era) - 719468;
}

// ---- comparison
// ----------------------------------------------------------------------------------------------------------

namespace {

template <class T>
bool ordered(T a, T b, Comparison how) {
  switch (how) {
  case Comparison::Equal: return a == b;
  case Comparison::NotEqual: return a != b;
  case Comparison::Less: return a < b;
  case Comparison::LessEqual: return a <= b;
  case Comparison::Greater: return a > b;
  case Comparison::GreaterEqual: return a >= b;
  }
  return false;
}

// What the reference calls a comparison that cannot be made.
bool never(Comparison how) {
  return how == Comparison::NotEqual;
}

bool same(const Value& a, const Value& b, Arena& arena);

bool same_maps(const Value& a, const Value& b, Arena& arena) {
  Members m = members_of(a, arena);
  if (m.size != length_of(b)) return false;
  for (const Member& member : m) {
    Value other;
    if (!find(b, member.name(), &other) || !same(member.value, other, arena)) return false;
  }
  return true;
}

bool same_lists(const Value& a, const Value& b, Arena& arena) {
  Items x = items_of(a, arena), y = items_of(b, arena);
  if (x.size != y.size) return false;
  for (uint32_t i = 0; i < x.size; ++i)
    if (!same(x[i], y[i], arena)) return false;
  return true;
}

// Equal in type and content, as reflect.DeepEqual and pcommon's Equal see it within lists and maps.
bool same(const Value& a, const Value& b, Arena& arena) {
  if (a.is_map() && b.is_map()) return same_maps(a, b, arena);
  if (a.is_list() && b.is_list()) {
    auto plain = [](const Value& v) { return v.is(ValueKind::Slice) || v.is(ValueKind::Array); };
    return (a.kind == b.kind || (plain(a) && plain(b))) && same_lists(a, b, arena);
  }
  if (a.kind != b.kind || (a.is(ValueKind::Int) && a.detail != b.detail)) return false;
  switch (a.kind) {
  case ValueKind::Nil: return true;
  case ValueKind::Bool:
  case ValueKind::Int:
  case ValueKind::Duration: return a.integer == b.integer;
  case ValueKind::Double: return a.real == b.real;
  case ValueKind::Time: return a.integer == b.integer && a.size == b.size;
  default: return a.as_text() == b.as_text();
  }
}

}  // namespace

bool compare(const Value& a, const Value& b, Comparison how, Arena& arena) {
  // No bytes are a slice that is nil.
  const bool nil_a = a.is(ValueKind::Nil) || (a.is(ValueKind::Bytes) && a.size == 0);
  const bool nil_b = b.is(ValueKind::Nil) || (b.is(ValueKind::Bytes) && b.size == 0);
  if (nil_a && nil_b)
    return how == Comparison::Equal || how == Comparison::LessEqual || how == Comparison::GreaterEqual;
  if (nil_a || nil_b) return never(how);
  auto equality = [&](bool equal) {
    return how == Comparison::Equal ? equal : how == Comparison::NotEqual ? !equal : false;
  };
  // A Go int, of URL and UserAgent, is no int64.
  const bool odd_a = a.is(ValueKind::Int) && a.detail, odd_b = b.is(ValueKind::Int) && b.detail;
  if (odd_a || odd_b) return odd_a && odd_b ? equality(a.integer == b.integer) : never(how);
  switch (a.kind) {
  case ValueKind::Int:
    if (b.is(ValueKind::Int)) return ordered(a.integer, b.integer, how);
    return b.is(ValueKind::Double) ? ordered(static_cast<double>(a.integer), b.real, how) : never(how);
  case ValueKind::Double:
    if (b.is(ValueKind::Int)) return ordered(a.real, static_cast<double>(b.integer), how);
    return b.is(ValueKind::Double) ? ordered(a.real, b.real, how) : never(how);
  case ValueKind::Bool:
  case ValueKind::Duration: return a.kind == b.kind ? ordered(a.integer, b.integer, how) : never(how);
  case ValueKind::String:
  case ValueKind::Bytes: {
    if (a.kind != b.kind) return never(how);
    return ordered(a.as_text().compare(b.as_text()), 0, how);
  }
  case ValueKind::Time:
    if (!b.is(ValueKind::Time)) return never(how);
    return a.integer != b.integer ? ordered(a.integer, b.integer, how) : ordered(a.size, b.size, how);
  case ValueKind::Map:
  case ValueKind::RawMap: return b.is_map() ? equality(same_maps(a, b, arena)) : never(how);
  case ValueKind::Slice:
  case ValueKind::Array:
    if (!b.is(ValueKind::Slice) && !b.is(ValueKind::Array)) return never(how);
    return equality(same_lists(a, b, arena));
  case ValueKind::TraceId:
  case ValueKind::SpanId:
  case ValueKind::ProfileId: return a.kind == b.kind ? equality(a.as_text() == b.as_text()) : never(how);
  default: return never(how);  // the reference compares what cannot be compared, and panics
  }
}

// ---- arithmetic
// ----------------------------------------------------------------------------------------------------------

bool arithmetic(Run& run, const Value& a, const Value& b, Arithmetic how, Value* out) {
  if (a.is(ValueKind::Int) && b.is(ValueKind::Int)) {
    const auto x = static_cast<uint64_t>(a.integer), y = static_cast<uint64_t>(b.integer);
    switch (how) {
    case Arithmetic::Add: *out = integer(static_cast<int64_t>(x + y)); return true;
    case Arithmetic::Subtract: *out = integer(static_cast<int64_t>(x - y)); return true;
    case Arithmetic::Multiply: *out = integer(static_cast<int64_t>(x * y)); return true;
    case Arithmetic::Divide:
      if (b.integer == 0) return run.fail("attempted to divide by 0");
      // The smallest int divided by -1 is itself in Go.
      *out = integer(b.integer == -1 ? static_cast<int64_t>(-x) : a.integer / b.integer);
      return true;
    }
  }
  auto number = [](const Value& v, double& d) {
    if (v.is(ValueKind::Int)) d = static_cast<double>(v.integer);
    else if (v.is(ValueKind::Double)) d = v.real;
    else return false;
    return true;
  };
  double x, y;
  if (number(a, x)) {
    if (!number(b, y)) return run.fail("the second operand is not an int or a double");
    switch (how) {
    case Arithmetic::Add: *out = real(x + y); return true;
    case Arithmetic::Subtract: *out = real(x - y); return true;
    case Arithmetic::Multiply: *out = real(x * y); return true;
    case Arithmetic::Divide:
      if (y == 0) return run.fail("attempted to divide by 0");
      *out = real(x / y);
      return true;
    }
  }
  const bool adds = how == Arithmetic::Add, takes = how == Arithmetic::Subtract;
  if (!adds && !takes) return run.fail("times and durations can only be added and subtracted");
  if (a.is(ValueKind::Time)) {
    if (b.is(ValueKind::Duration)) {
      const int64_t by = adds ? b.integer : static_cast<int64_t>(-static_cast<uint64_t>(b.integer));
      *out = time_of(a.integer + by / kSecond, static_cast<int64_t>(a.size) + by % kSecond, a.detail);
      return true;
    }
    if (takes && b.is(ValueKind::Time)) {
      // Go's Sub saturates.
      const __int128 difference = (static_cast<__int128>(a.integer) - b.integer) * kSecond +
                                  (static_cast<int64_t>(a.size) - static_cast<int64_t>(b.size));
      *out = duration(difference > INT64_MAX   ? INT64_MAX
                      : difference < INT64_MIN ? INT64_MIN
                                               : static_cast<int64_t>(difference));
      return true;
    }
    return run.fail("only a duration can be added to a time");
  }
  if (a.is(ValueKind::Duration)) {
    if (b.is(ValueKind::Duration)) {
      const auto u = static_cast<uint64_t>(a.integer), w = static_cast<uint64_t>(b.integer);
      *out = duration(static_cast<int64_t>(adds ? u + w : u - w));
      return true;
    }
    if (adds && b.is(ValueKind::Time)) {
      *out = time_of(b.integer + a.integer / kSecond, static_cast<int64_t>(b.size) + a.integer % kSecond, b.detail);
      return true;
    }
    return run.fail("only a duration or a time can be added to a duration");
  }
  return run.fail("the first operand is not a number, a time or a duration");
}

bool negate(Run& run, const Value& v, Value* out) {
  if (v.is(ValueKind::Int)) *out = integer(static_cast<int64_t>(-static_cast<uint64_t>(v.integer)));
  else if (v.is(ValueKind::Double)) *out = real(-v.real);
  else return run.fail("only numbers have a sign");
  return true;
}

}  // namespace whittle::ottl
