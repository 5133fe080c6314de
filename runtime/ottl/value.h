// SPDX-License-Identifier: Apache-2.0
// Values as statements of the transformation language see them while they run: sixteen bytes that borrow what they
// point to, from the record's own bytes, from constants, or from the arena of the request.
//
// A list or map that came with a record stays as it lies on the wire (`wire`) until somebody has to change it; what a
// function makes is an array of Values or Members in the arena. Nothing is ever changed in place: whoever changes a
// value makes another one.
//
// Kinds are those of compiler/ottl/types.h, in its order: what the reference's evaluator tells apart (pkg/ottl), so an
// []any, a pcommon.Slice and a []string are three.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <stdint.h>
#include <vector>

namespace whittle {
struct Metadata;
struct Regex;
struct Runtime;
}  // namespace whittle

namespace whittle::ottl {

enum class ValueKind : uint8_t {
  Nil,
  Bool,
  Int,
  Double,
  String,
  Bytes,
  Map,
  RawMap,
  Slice,
  Array,
  Strings,
  Ints,
  Counts,
  Doubles,
  Time,
  Duration,
  TraceId,
  SpanId,
  ProfileId,
  Status,
  Events,
  Links,
  DataPoints,
  Exemplars,
  Buckets,
  Quantiles,
  // Only among arguments:
  Absent,    // an optional parameter that was left out
  Pattern,   // `pattern`: a regular expression that was known when compiling
  Function,  // `function`: one of the language's
};

struct Member;
struct Run;
struct Value;

// What the machine code calls for a function of the language. `args` are the parameters in the order of the table
// (compiler/ottl/functions.h), Absent where left out. False: it failed, `run.error` says why, and `out` is as it was.
using FunctionCode = bool (*)(Run* run, const Value* args, Value* out);

// By kind:
//   Bool, Int, Duration            `integer` (0 or 1; the number; nanoseconds)
//   Double                         `real`
//   String, Bytes, ids             `text`, `size` bytes
//   Time                           `integer` seconds since 1970 (UTC) and `size` nanoseconds (0..999,999,999); `detail`
//                                  the number of its zone (zone.h), 0 for UTC
//   Map, RawMap    wire            `bytes`, `size`: a run of fields, of which those with number `detail` are its
//   KeyValues
//                  else            `members`, `size` of them, in order; keys differ
//   Slice          wire            `bytes`, `size`: the content of an ArrayValue
//   lists          else            `items`, `size` of them
//   Status .. Quantiles            `bytes`, `size`: the messages, as a run of fields with number `detail` (0: the
//   content
//                                  of one message)
struct Value {
  ValueKind kind = ValueKind::Nil;
  bool wire = false;
  uint16_t detail = 0;
  uint32_t size = 0;
  union {
    int64_t integer = 0;
    double real;
    const char* text;
    const uint8_t* bytes;
    const Value* items;
    const Member* members;
    const Regex* pattern;
    FunctionCode function;
  };

  bool is(ValueKind k) const { return kind == k; }
  bool is_map() const { return kind == ValueKind::Map || kind == ValueKind::RawMap; }
  bool is_list() const { return kind >= ValueKind::Slice && kind <= ValueKind::Doubles; }
  bool is_id() const { return kind >= ValueKind::TraceId && kind <= ValueKind::ProfileId; }
  Text as_text() const { return {text, size}; }
  Bytes as_bytes() const { return {bytes, size}; }
};
static_assert(sizeof(Value) == 16);

struct Member {
  const char* key;
  uint32_t key_size;
  uint32_t unused = 0;
  Value value;

  Text name() const { return {key, key_size}; }
};
static_assert(sizeof(Member) == 32);

inline Value nil() {
  return {};
}
inline Value boolean(bool b) {
  Value v{ValueKind::Bool};
  v.integer = b;
  return v;
}
inline Value integer(int64_t i) {
  Value v{ValueKind::Int};
  v.integer = i;
  return v;
}
inline Value real(double d) {
  Value v{ValueKind::Double};
  v.real = d;
  return v;
}
inline Value text(Text t, ValueKind kind = ValueKind::String) {
  Value v{kind};
  v.size = static_cast<uint32_t>(t.size());
  v.text = t.data();
  return v;
}
inline Value bytes(Bytes b, ValueKind kind = ValueKind::Bytes) {
  Value v{kind};
  v.size = static_cast<uint32_t>(b.size());
  v.bytes = b.data();
  return v;
}
inline Value list(const Value* items, size_t n, ValueKind kind) {
  Value v{kind};
  v.size = static_cast<uint32_t>(n);
  v.items = items;
  return v;
}
inline Value map(const Member* members, size_t n, ValueKind kind = ValueKind::Map) {
  Value v{kind};
  v.size = static_cast<uint32_t>(n);
  v.members = members;
  return v;
}
// A map as it lies on the wire: the KeyValues among the fields of `message` that have that number.
inline Value wire_map(Bytes message, uint32_t number) {
  Value v{ValueKind::Map};
  v.wire = true;
  v.detail = static_cast<uint16_t>(number);
  v.size = static_cast<uint32_t>(message.size());
  v.bytes = message.data();
  return v;
}
inline Value duration(int64_t nanoseconds) {
  Value v{ValueKind::Duration};
  v.integer = nanoseconds;
  return v;
}
// `nanoseconds` may be any number: it is carried into the seconds.
Value time_of(int64_t seconds, int64_t nanoseconds, uint16_t zone = 0);
// Seconds east of Greenwich at a time in its zone. Zones other than UTC come with the functions that give times in
// them, which set the pointer.
extern int64_t (*zone_offset)(uint16_t zone, int64_t unix_seconds);
inline int64_t offset_of(const Value& time) {
  return time.detail == 0 ? 0 : zone_offset(time.detail, time.integer);
}
// The time as nanoseconds since 1970, wrapped to 64 bits as Go's UnixNano does.
int64_t nanoseconds_of(const Value& time);

// ---- what runs have around them
// ---------------------------------------------------------------------------------------

// One per request, handed to whatever the machine code calls.
struct Run {
  Arena& arena;                        // for what is made; emptied after each record
  const Runtime* runtime;              // the clock and random bytes
  const Metadata* metadata = nullptr;  // what came with the request beside telemetry
  Writer* added = nullptr;  // records that were made beside the one that is looked at, as fields of their scope
  uint32_t added_count = 0;
  // By index, of the record at hand: its inner messages that have been looked at, as they are now; empty: as they were
  // received. Null: it is the records that are looked at.
  const std::vector<Bytes>* inner = nullptr;
  const char* error = nullptr;  // why the last call that failed did, for the log: literal text or in the arena

  // Notes why and gives false.
  bool fail(const char* why) {
    error = why;
    return false;
  }
};

// ---- looking at values
// --------------------------------------------------------------------------------------------------

// An AnyValue message as a value; an empty one is Nil.
Value from_any(Bytes any_value);
// Appends the value as the content of an AnyValue message. What has no place there (a time, a status) is a failure and
// appends nothing: see storable().
void put_any(Writer& out, const Value& v);
// Appends a KeyValue as a field of that number.
void put_pair(Writer& out, uint32_t number, Text key, const Value& value);
// The value as pcommon.Value.FromRaw and its like would store it: Ints and Strings become lists of ints and texts, ids
// and times are not stored. False: it cannot be.
bool storable(const Value& v);

// The members of a map, decoded one level deep; of equal keys each is there. In the arena where they were on the wire.
struct Members {
  const Member* first;
  uint32_t size;
  const Member* begin() const { return first; }
  const Member* end() const { return first + size; }
};
Members members_of(const Value& map, Arena& arena);
// The elements of any list, decoded one level deep.
struct Items {
  const Value* first;
  uint32_t size;
  const Value* begin() const { return first; }
  const Value* end() const { return first + size; }
  const Value& operator[](uint32_t i) const { return first[i]; }
};
Items items_of(const Value& list, Arena& arena);
uint32_t length_of(const Value& list_or_map);
// The first entry with that key; null where there is none. `out` is set when it is there.
bool find(const Value& map, Text key, Value* out);

// The value as the reference's StringLike getter makes a text of it (pkg/ottl, StandardStringLikeGetter). False: it
// cannot. Nil has no text: check before.
bool append_string_like(Writer& out, const Value& v, Arena& arena);
// JSON as encoding/json writes a Go value of that kind: keys sorted, HTML escaped, bytes in base64, ids as lists of
// numbers. False, having written a part: there is no JSON for it.
bool append_json(Writer& out, const Value& v, Arena& arena);
// As pcommon.Value.AsString.
void append_as_string(Writer& out, const Value& v);
// A time as time.RFC3339Nano, in its zone. False, and nothing written: its year has not four digits, for which Go's
// time.Time has no JSON.
bool append_rfc3339(Writer& out, const Value& time);

// Days since 1970-01-01 and dates.
void civil_from_days(int64_t days, int64_t& year, uint32_t& month, uint32_t& day);
int64_t days_from_civil(int64_t year, uint32_t month, uint32_t day);

// The reference's comparison (pkg/ottl/compare.go). False where it is false or cannot be made.
enum class Comparison : uint32_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };
bool compare(const Value& a, const Value& b, Comparison how, Arena& arena);

// The reference's arithmetic (pkg/ottl/math.go). False, with the reason in the run, where it fails.
enum class Arithmetic : uint32_t { Add, Subtract, Multiply, Divide };
bool arithmetic(Run& run, const Value& a, const Value& b, Arithmetic how, Value* out);
bool negate(Run& run, const Value& v, Value* out);

}  // namespace whittle::ottl
