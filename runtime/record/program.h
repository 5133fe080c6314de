// SPDX-License-Identifier: Apache-2.0
// What the machine code of record programs and the runtime share: plain layouts and functions, included by both
// compiler/lower and the runtime.
//
// A payload is a tree of messages: resource > scope > span > event, resource > scope > metric > data point, resource >
// scope > log record. While a program runs, one message of each level on the way down is open as a Frame. A pass calls
// its code for the messages of one level, in order; the code reads and writes fields of its own frame and of those
// around it. Nothing that was received is changed: what is written is kept in the frame and comes out when the message
// is closed.
#pragma once

#include "runtime/abi.h"

#include <stdint.h>

namespace whittle::record {

// Inner: span events and data points; Exemplar: those of a data point.
enum class Level : uint32_t { Resource = 0, Scope = 1, Record = 2, Inner = 3, Exemplar = 4 };
inline constexpr uint32_t kLevels = 5;

// The messages that a frame may be open on.
enum class Kind : uint32_t {
  Resource,
  Scope,
  Span,
  Event,
  Metric,
  NumberPoint,
  HistogramPoint,
  ExponentialPoint,
  SummaryPoint,
  Exemplar,
  Log,
};

// How a field stands on the wire and what value it is. The number after it is that of compiler/lower's own table, so
// the order matters to nobody.
enum class How : uint32_t {
  Int32,           // int32 and enums, as varints: Int, of which 32 bits are written
  UInt32,          // the same of uint32
  Fixed32,         // Int
  RangedFixed32,   // the same; writing one that does not fit fails
  Fixed64,         // Int
  SFixed64,        // Int
  SInt32,          // zigzag: Int
  Bool,            // Bool
  Double,          // Double
  OptionalDouble,  // Double; a zero is written too
  Text,            // String
  Blob,            // Bytes
  Time,            // fixed64 nanoseconds: Time
  Id16,            // TraceId; sixteen zeros when absent
  Id8,             // SpanId
  IdText16,        // String in hex
  IdText8,
  KindText,       // span kind: "Server"
  KindConstant,   // "SPAN_KIND_SERVER"
  Any,            // an AnyValue
  AnyText,        // an AnyValue as the reference's AsString
  PackedVarints,  // repeated uint64: Counts
  PackedFixed,    // repeated fixed64: Counts
  PackedDoubles,  // repeated double: Doubles
  Messages,       // one message or a run of them: Status to Quantiles
};

// What code says of the message that it was called for.
enum class Verdict : uint32_t { Keep = 0, Drop = 1, Fail = 2 };

// Where a field of a data point stands in one of the four messages; number 0: that one has no such field.
struct PointField {
  uint32_t message, number;
  How how;
};

struct Frame;  // runtime/record/frame.h

}  // namespace whittle::record

namespace whittle::ottl {
struct Run;  // runtime/ottl/value.h
struct Value;
}  // namespace whittle::ottl

namespace whittle::record {

// `frames` by level, open down to the pass' own. `known`: the bits of Outer, of all levels.
using Code = Verdict (*)(ottl::Run* run, Frame* const* frames, uint64_t known);
// What is known as soon as the message of that level is open, as bits.
using Outer = uint64_t (*)(ottl::Run* run, Frame* const* frames, Level level);

// The keys by which code looks at the attributes of a level, as a hash table. A key's number is its place in `keys`.
struct Keys {
  List<Str> keys;
  List<uint8_t> first;  // by bucket: 1 and the number of a key; 0: none
  List<uint8_t> next;   // by key: 1 and the number of the next one of its bucket
  uint32_t multiplier, shift;
  uint64_t sizes;  // bit by size, modulo 64: there is such a key
};
inline constexpr uint32_t kMostKeys = 255;

// The bucket of a key: of its size and of three of its bytes.
inline uint32_t bucket_of(const char* key, uint64_t size, uint32_t multiplier, uint32_t shift) {
  auto byte = [&](uint64_t at) { return static_cast<uint32_t>(static_cast<uint8_t>(key[at])); };
  if (size == 0) return 0;
  return ((static_cast<uint32_t>(size) | byte(0) << 8 | byte(size / 2) << 16 | byte(size - 1) << 24) * multiplier) >>
         shift;
}

struct Pass {
  Level level;      // of the messages that `code` is called for
  uint32_t fields;  // bit by level: fields are looked at
  uint32_t maps;    // bit by level: attributes are looked at
  uint32_t writes;  // bit by level: the code may write there
  bool drops;       // the code may say Drop; groups that are empty then go, also those that were before
  bool edits;       // the code calls functions that look at all of a record's inner messages at once
  // By level: the keys by which attributes are looked at; null: no attribute is looked up by a key of these.
  const Keys* keys[kLevels];
  uint32_t outer_levels;  // bit by level: `outer` is to be called for its messages
  Outer outer;
  Code code;
};

// Conditions of which one must hold: a setting declared as `conditions on CONTEXT`. `code` says Drop where one does,
// Keep where none does, and Fail where one failed whose failure is not to be left aside. It writes nothing.
struct Conditions {
  Level level;    // of the messages that they are asked of
  uint32_t maps;  // as Pass has it
  Code code;      // null: there are none

  bool any() const { return code != nullptr; }
};

// The `config` of a component of kind Program.
struct Program {
  Signal signal;
  List<Pass> passes;  // in order: each runs over the whole payload
  Consumer next;
};

extern "C" {
// Offers what a program makes of a payload to what comes next. Ok when that took it or nothing was left; Invalid when a
// statement failed that is to fail the request. In every other case the payload is as it was.
Status rt_run_program(void* instance, Payload* payload);
extern const ComponentOps rt_program_ops;

// Fields. `message` is the inner message's field number where the field is one level down (span.status.code), else 0.
void rt_get(ottl::Run*, const Frame*, uint32_t message, uint32_t number, How, ottl::Value* out);
// Writes the field. False, with the reason in the run, when the value is not of the field's type.
bool rt_set(ottl::Run*, Frame*, uint32_t message, uint32_t number, How, const ottl::Value*);
// The same of a data point: `fields` has one entry for each of the four messages, in the order of Kind. Where it has
// none the value is nil and writing fails.
void rt_get_point(ottl::Run*, const Frame*, const PointField* fields, ottl::Value* out);
bool rt_set_point(ottl::Run*, Frame*, const PointField* fields, const ottl::Value*);
// A run of messages, as a value of that kind (runtime/ottl/value.h); of a data point as in rt_get_point. Writing them
// takes only values of the same kind.
void rt_get_messages(ottl::Run*, const Frame*, uint32_t number, uint32_t kind, ottl::Value* out);
bool rt_set_messages(ottl::Run*, Frame*, uint32_t number, uint32_t kind, const ottl::Value*);
void rt_get_point_messages(ottl::Run*, const Frame*, const PointField* fields, uint32_t kind, ottl::Value* out);
bool rt_set_point_messages(ottl::Run*, Frame*, const PointField* fields, uint32_t kind, const ottl::Value*);
// All data points of a metric; nil where it has no data. They can be set to themselves alone.
void rt_get_data_points(ottl::Run*, const Frame*, ottl::Value* out);
bool rt_set_data_points(ottl::Run*, Frame*, const ottl::Value*);
// A member of a span's trace_state.
bool rt_get_trace_state(ottl::Run*, const Frame*, const ottl::Value* key, ottl::Value* out);
bool rt_set_trace_state(ottl::Run*, Frame*, const ottl::Value* key, const ottl::Value*);

// The attributes of a frame, by key and as a whole. Keys and values must live as long as the run.
void rt_get_attribute(ottl::Run*, const Frame*, const char* key, uint64_t size, ottl::Value* out);
bool rt_has_attribute(const Frame*, const char* key, uint64_t size);
bool rt_put_attribute(ottl::Run*, Frame*, const char* key, uint64_t size, const ottl::Value*);
// The same, and an attribute without a value where the value is nil.
bool rt_copy_attribute(ottl::Run*, Frame*, const char* key, uint64_t size, const ottl::Value*);
void rt_delete_attribute(Frame*, const char* key, uint64_t size);
// The same where attributes are looked at by Keys: `key` is a number of theirs.
void rt_get_key(ottl::Run*, const Frame*, uint32_t key, ottl::Value* out);
bool rt_has_key(const Frame*, uint32_t key);
bool rt_put_key(ottl::Run*, Frame*, uint32_t key, const ottl::Value*);
bool rt_copy_key(ottl::Run*, Frame*, uint32_t key, const ottl::Value*);
void rt_delete_key(Frame*, uint32_t key);
void rt_get_attributes(ottl::Run*, const Frame*, ottl::Value* out);
bool rt_set_attributes(ottl::Run*, Frame*, const ottl::Value*);
// Whether there are more than `count`, and whether the text of one has more than `size` bytes.
bool rt_more_attributes(const Frame*, int64_t count);
bool rt_longer_attribute(const Frame*, int64_t size);

void rt_get_schema(const Frame*, ottl::Value* out);
bool rt_set_schema(ottl::Run*, Frame*, const ottl::Value*);
// Fails where the reference does not know it.
bool rt_get_index(ottl::Run*, const Frame*, ottl::Value* out);

void rt_get_metric_type(const Frame*, ottl::Value* out);
// Of a field of Metric.data's member: `members` has a bit by number for those that have it. Nil, and no effect, of
// others, but that a value of the wrong type fails there too.
void rt_get_data_field(ottl::Run*, const Frame*, uint32_t members, uint32_t number, How, ottl::Value* out);
bool rt_set_data_field(ottl::Run*, Frame*, uint32_t members, uint32_t number, How, const ottl::Value*);
// The value of a number point or an exemplar: as_double or as_int, zero where it has the other one.
void rt_get_number(ottl::Run*, const Frame*, bool as_double, ottl::Value* out);
bool rt_set_number(ottl::Run*, Frame*, bool as_double, const ottl::Value*);

// Literals with parts that are known only now.
void rt_make_list(ottl::Run*, const ottl::Value* items, uint32_t count, ottl::Value* out);
void rt_value_of_any(const Any*, ottl::Value* out);
// False: a value cannot be stored in one.
bool rt_make_map(ottl::Run*, const List<Str>* keys, const ottl::Value* items, ottl::Value* out);
bool rt_set_cache(ottl::Run*, ottl::Value* cache, const ottl::Value*);

// Values with keys, `keys` one after the other: of maps by text, of lists by int. False: a key is of the wrong type, an
// index is out of range, or the value has no parts. A missing key is nil; `how` 1: so is a part of nil; 2: it is a
// failure.
bool rt_get_keyed(ottl::Run*, const ottl::Value* of, const ottl::Value* keys, uint32_t count, uint32_t how,
                  ottl::Value* out);
// `of` with `v` at that place; nil where `v` is, which nobody writes. On failure `out` is what the reference leaves
// behind, which may be changed.
bool rt_put_keyed(ottl::Run*, const ottl::Value* of, const ottl::Value* keys, uint32_t count, const ottl::Value* v,
                  ottl::Value* out);

bool rt_compare(ottl::Run*, const ottl::Value* a, const ottl::Value* b, uint32_t how);
bool rt_arithmetic(ottl::Run*, const ottl::Value* a, const ottl::Value* b, uint32_t how, ottl::Value* out);
bool rt_negate(ottl::Run*, const ottl::Value* v, ottl::Value* out);

// The value's text as contrib's internal/filter compares it: strings, bools and numbers in their plain form, nil where
// it has none; or `anything`: as pcommon.Value.AsString. `otherwise` stands for nil.
void rt_text_of(ottl::Run*, const ottl::Value*, bool anything, const Str* otherwise, ottl::Value* out);
// Whether the value is a text that the pattern matches.
bool rt_text_matches(const ottl::Value*, const Regex*);

void rt_not_a_bool(ottl::Run*);
void rt_cannot_write(ottl::Run*);

// A statement failed and is left out: said in the log, in which repetition is sampled.
void rt_statement_failed(ottl::Run*, const Str* statement, const Str* place);
}

}  // namespace whittle::record
